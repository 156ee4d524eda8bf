/** What is said on the sandbox's phone line. `{name}`, `{fact}`, `{wish}`, `{question}` are filled in. */
export type Phrases = {
  bot: {
    /** Begins the help with a fact. */
    offer: string
    ask: string
    more: string
    noMoreFacts: string
    recap: string
    thanks: string
    accepts: string
    soothes: string
    handsOver: string
    wrongPerson: string
    voicemail: string
  }
  customer: {
    hello: string
    repeatsWish: string
    likes: string
    accepts: string
    confirms: string
    refuses: string
    angry: string
    angrier: string
    wantsHuman: string
    wrongPerson: string
    voicemail: string
  }
}

/** By the language's first subtag; `en` for every other. */
export const phrases: Record<string, Phrases> = {
  en: {
    bot: {
      offer: 'Thank you, {name}. I looked at what you wrote, and this is what I can tell you: {fact}',
      ask: 'May I ask one thing first: {question}',
      more: 'Also: {fact}',
      noMoreFacts: 'I do not know that for sure, a colleague will find out and write to you.',
      recap: 'Then we agreed on this: {fact} Is that right?',
      thanks: 'Thank you for your time, {name}. You will get it in writing. Goodbye.',
      accepts: 'I understand. Then I will not bother you further; a colleague will write. Goodbye.',
      soothes: 'I am sorry about that, {name}. I hear you.',
      handsOver: 'Of course. A colleague will take over and get in touch with you. Goodbye.',
      wrongPerson: 'Excuse me for the disturbance. We will try again another time. Goodbye.',
      voicemail: 'Hello, this was the assistant of the company you wrote to. We will write to you. Goodbye.',
    },
    customer: {
      hello: 'Yes, this is {name}. Hello.',
      repeatsWish: 'As I wrote: {wish} That has not changed.',
      likes: 'That sounds good. What else should I know?',
      accepts: 'Perfect. Yes, please go ahead with that.',
      confirms: 'Yes, that is right, that is exactly what I wanted. Thank you, goodbye.',
      refuses: "No, thank you. I don't want to talk to an AI. Please write to me instead.",
      angry: 'A machine? This is ridiculous. I am really angry, nobody has helped me so far!',
      angrier: 'This is unacceptable. I want to complain about you. Do not call me again like this!',
      wantsHuman: 'I would rather speak to a real person. Can a human colleague call me back, please?',
      wrongPerson: 'You have the wrong number. There is nobody called {name} here.',
      voicemail: 'Hi, you have reached the voicemail of {name}. Please leave a message after the tone.',
    },
  },
  de: {
    bot: {
      offer: 'Danke, {name}. Ich habe gelesen, was Sie geschrieben haben. Dazu kann ich Ihnen sagen: {fact}',
      ask: 'Darf ich zuerst eines fragen: {question}',
      more: 'Außerdem: {fact}',
      noMoreFacts:
        'Das weiß ich nicht sicher, eine Kollegin oder ein Kollege findet es heraus und schreibt Ihnen.',
      recap: 'Dann haben wir vereinbart: {fact} Ist das richtig?',
      thanks: 'Vielen Dank für Ihre Zeit, {name}. Sie bekommen alles schriftlich. Auf Wiederhören.',
      accepts: 'Das verstehe ich. Dann störe ich nicht weiter, wir schreiben Ihnen. Auf Wiederhören.',
      soothes: 'Das tut mir leid, {name}. Ich verstehe Ihren Ärger.',
      handsOver: 'Selbstverständlich. Eine Kollegin oder ein Kollege meldet sich bei Ihnen. Auf Wiederhören.',
      wrongPerson: 'Entschuldigen Sie die Störung. Wir versuchen es ein andermal. Auf Wiederhören.',
      voicemail:
        'Guten Tag, hier war die Assistenz der Firma, der Sie geschrieben haben. Wir schreiben Ihnen.',
    },
    customer: {
      hello: 'Ja, {name} hier. Guten Tag.',
      repeatsWish: 'Wie ich geschrieben habe: {wish} Daran hat sich nichts geändert.',
      likes: 'Das klingt gut. Was sollte ich noch wissen?',
      accepts: 'Perfekt. Ja, machen Sie das bitte so.',
      confirms: 'Ja, das ist richtig, genau das wollte ich. Vielen Dank, auf Wiederhören.',
      refuses: 'Nein danke. Ich möchte nicht mit einer KI sprechen. Bitte schreiben Sie mir lieber.',
      angry: 'Ein Automat? Das ist eine Frechheit. Ich bin wirklich wütend, mir hat bisher niemand geholfen!',
      angrier: 'Das ist inakzeptabel. Ich will mich über Sie beschweren. Rufen Sie mich so nicht wieder an!',
      wantsHuman: 'Ich möchte lieber mit einem Menschen sprechen. Kann mich ein Mitarbeiter zurückrufen?',
      wrongPerson: 'Sie haben sich verwählt. Hier gibt es niemanden namens {name}.',
      voicemail: 'Hier ist die Mailbox von {name}. Bitte hinterlassen Sie eine Nachricht nach dem Ton.',
    },
  },
  es: {
    bot: {
      offer: 'Gracias, {name}. He leído lo que escribió y le puedo decir lo siguiente: {fact}',
      ask: 'Permítame una pregunta primero: {question}',
      more: 'Además: {fact}',
      noMoreFacts: 'Eso no lo sé con seguridad, un compañero lo averiguará y le escribirá.',
      recap: 'Entonces hemos acordado esto: {fact} ¿Es correcto?',
      thanks: 'Gracias por su tiempo, {name}. Lo recibirá por escrito. Adiós.',
      accepts: 'Lo entiendo. No le molesto más; un compañero le escribirá. Adiós.',
      soothes: 'Lo siento mucho, {name}. Le entiendo.',
      handsOver: 'Por supuesto. Un compañero se pondrá en contacto con usted. Adiós.',
      wrongPerson: 'Disculpe la molestia. Lo intentaremos en otro momento. Adiós.',
      voicemail: 'Hola, le llamaba el asistente de la empresa a la que escribió. Le escribiremos. Adiós.',
    },
    customer: {
      hello: 'Sí, soy {name}. Hola.',
      repeatsWish: 'Como escribí: {wish} Eso no ha cambiado.',
      likes: 'Suena bien. ¿Qué más debería saber?',
      accepts: 'Perfecto. Sí, adelante con eso, por favor.',
      confirms: 'Sí, es correcto, es justo lo que quería. Muchas gracias, adiós.',
      refuses: 'No, gracias. No quiero hablar con una IA. Mejor escríbame.',
      angry: '¿Una máquina? Esto es ridículo. Estoy muy enfadado, ¡nadie me ha ayudado hasta ahora!',
      angrier: 'Es inaceptable. Quiero poner una queja. ¡No me vuelvan a llamar así!',
      wantsHuman: 'Prefiero hablar con una persona. ¿Puede llamarme un compañero humano?',
      wrongPerson: 'Se ha equivocado de número. Aquí no hay nadie que se llame {name}.',
      voicemail: 'Este es el buzón de voz de {name}. Por favor, deje un mensaje después de la señal.',
    },
  },
  pt: {
    bot: {
      offer: 'Obrigado, {name}. Li o que escreveu e posso dizer-lhe o seguinte: {fact}',
      ask: 'Posso fazer primeiro uma pergunta: {question}',
      more: 'Além disso: {fact}',
      noMoreFacts: 'Isso não sei ao certo, um colega vai verificar e escrever-lhe.',
      recap: 'Então combinámos o seguinte: {fact} Está certo?',
      thanks: 'Obrigado pelo seu tempo, {name}. Vai receber tudo por escrito. Adeus.',
      accepts: 'Compreendo. Não incomodo mais; um colega vai escrever-lhe. Adeus.',
      soothes: 'Lamento muito, {name}. Compreendo.',
      handsOver: 'Claro. Um colega vai entrar em contacto consigo. Adeus.',
      wrongPerson: 'Desculpe o incómodo. Tentaremos noutra altura. Adeus.',
      voicemail: 'Olá, era o assistente da empresa a que escreveu. Vamos escrever-lhe. Adeus.',
    },
    customer: {
      hello: 'Sim, sou {name}. Olá.',
      repeatsWish: 'Como escrevi: {wish} Isso não mudou.',
      likes: 'Parece bem. O que mais devo saber?',
      accepts: 'Perfeito. Sim, pode avançar, por favor.',
      confirms: 'Sim, está certo, é exatamente o que eu queria. Muito obrigado, adeus.',
      refuses: 'Não, obrigado. Não quero falar com uma IA. Prefiro que me escrevam.',
      angry: 'Uma máquina? Isto é ridículo. Estou mesmo zangado, ninguém me ajudou até agora!',
      angrier: 'É inaceitável. Quero fazer uma reclamação. Não me voltem a ligar assim!',
      wantsHuman: 'Prefiro falar com uma pessoa. Um colega humano pode ligar-me?',
      wrongPerson: 'É engano. Aqui não há ninguém chamado {name}.',
      voicemail: 'Chegou ao correio de voz de {name}. Deixe mensagem após o sinal.',
    },
  },
  hi: {
    bot: {
      offer: 'Dhanyavaad, {name} ji. Aapne jo likha tha, uske baare mein: {fact}',
      ask: 'Pehle ek sawaal: {question}',
      more: 'Aur: {fact}',
      noMoreFacts: 'Yeh mujhe pakka nahi pata, ek colleague pata karke aapko likhenge.',
      recap: 'Toh humne yeh tay kiya: {fact} Sahi hai?',
      thanks: 'Aapke samay ke liye dhanyavaad, {name} ji. Aapko likhit mein milega. Namaste.',
      accepts: 'Main samajhta hoon. Ek colleague aapko likhenge. Namaste.',
      soothes: 'Mujhe khed hai, {name} ji. Main samajh sakta hoon.',
      handsOver: 'Zaroor. Ek colleague aapse sampark karenge. Namaste.',
      wrongPerson: 'Maaf kijiye. Hum phir kabhi koshish karenge. Namaste.',
      voicemail: 'Namaste, hum aapko likhenge. Dhanyavaad.',
    },
    customer: {
      hello: 'Haan ji, main {name} bol raha hoon. Hello.',
      repeatsWish: 'Jaisa maine likha tha: {wish} Wahi chahiye.',
      likes: 'Accha lagta hai. Aur kya jaanna chahiye?',
      accepts: 'Perfect. Haan, yes, please go ahead with that.',
      confirms: 'Haan, bilkul sahi, yes, that is right, exactly what I wanted. Thank you, bye.',
      refuses: 'Nahi, no thank you. Mujhe AI se baat nahi karni. Please write to me instead.',
      angry: 'Ek machine? This is ridiculous. Main bahut gussa hoon, kisi ne madad nahi ki!',
      angrier: 'Yeh bilkul galat hai, unacceptable. Mujhe complaint karni hai!',
      wantsHuman: 'Mujhe kisi insaan se baat karni hai. Can a human colleague call me back, please?',
      wrongPerson: 'Wrong number hai. Yahan koi {name} nahi hai.',
      voicemail: 'You have reached the voicemail of {name}. Please leave a message after the tone.',
    },
  },
}

/** Fills the places of a phrase; `$` in customers' words is only a character. */
export function fill(phrase: string, values: Record<string, string>): string {
  return phrase.replace(/\{(\w+)\}/g, (_place, name: string) => values[name] ?? '')
}
