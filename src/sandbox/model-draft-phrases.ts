/** A mail's parts in one language. No number words: a number must come from the knowledge. */
export type DraftPhrases = {
  greeting: string
  subject: { help: string; clarify: string; reminder: string }
  thanks: string
  suits: string
  nothingYet: string
  askPhone: string
  announce: string
  /** By the reason for asking again. */
  clarify: Record<string, string>
  or: string
  reminder: string
  followUp: string
  refund: { granted: string; declined: string; because: string; questions: string }
  inWriting: string
  colleague: string
  /** Around a sentence of the knowledge. */
  quoted: string
}

export const draftPhrases: Record<string, DraftPhrases> = {
  en: {
    greeting: 'Dear {name},',
    subject: {
      help: 'Your request: {subject}',
      clarify: 'Your phone number, please',
      reminder: 'Still happy to help: {subject}',
    },
    thanks:
      'thank you for writing to us about "{subject}". I have read it carefully and looked for what would really suit you.',
    suits: 'This is what I found.',
    nothingYet:
      'Before I recommend anything I would rather understand what matters most to you, so that it really fits.',
    askPhone:
      'The quickest way from here is a short talk. May our AI assistant call you? If that is fine with you, please reply with your phone number including the country code and tell us so. If you would rather go on in writing, just write what else we should know.',
    announce:
      'To settle the rest quickly, our AI assistant will call you on the number ending in {last4}. If you do not want that, a short reply to this e-mail is enough, and we go on in writing.',
    clarify: {
      several: 'thank you for your reply. Which of these numbers may our AI assistant call: {candidates}?',
      invalid:
        'thank you for your reply. I could not read the phone number in it. Would you send it again, with the country code?',
      no_consent: 'thank you for the number. May our AI assistant call it, yes or no?',
    },
    or: ' or ',
    reminder:
      'we wrote to you about "{subject}" and would still like to help. If a call by our AI assistant is fine with you, please reply with your number and tell us so. If you prefer writing, that is just as good. There is no hurry.',
    followUp:
      'we answered you about "{subject}" and have not heard from you since. Is everything settled? If anything is open, a short reply is enough. If not, you need do nothing.',
    refund: {
      granted: 'your refund was approved: {amount}.',
      declined: 'we looked at your request for a refund with care, and cannot grant it.',
      because: 'The reason: {reason}',
      questions: 'If anything about this is unclear, please reply; a colleague will read it.',
    },
    inWriting: 'thank you for your reply. We gladly go on in writing, nobody will call you.',
    colleague:
      'Whatever I cannot answer for certain, a colleague will look at and write to you. If there is anything else that matters to you, please tell us in your reply.',
    quoted: '{sentence}',
  },
  de: {
    greeting: 'Guten Tag {name},',
    subject: {
      help: 'Ihre Anfrage: {subject}',
      clarify: 'Ihre Telefonnummer, bitte',
      reminder: 'Wir helfen gern weiter: {subject}',
    },
    thanks:
      'vielen Dank für Ihre Nachricht zu „{subject}“. Ich habe sie aufmerksam gelesen und nachgesehen, was wirklich zu Ihnen passt.',
    suits: 'Das habe ich gefunden.',
    nothingYet:
      'Bevor ich etwas empfehle, möchte ich lieber verstehen, was Ihnen besonders wichtig ist, damit es auch passt.',
    askPhone:
      'Am schnellsten kommen wir in einem kurzen Gespräch weiter. Darf unser KI-Assistent Sie anrufen? Wenn ja, antworten Sie bitte mit Ihrer Telefonnummer samt Landesvorwahl und schreiben Sie dazu, dass Sie einverstanden sind. Wenn Sie lieber schreiben, ist das genauso gut.',
    announce:
      'Damit wir den Rest schnell klären, ruft unser KI-Assistent Sie unter der Nummer an, die auf {last4} endet. Wenn Sie das nicht möchten, genügt eine kurze Antwort auf diese E-Mail, dann machen wir schriftlich weiter.',
    clarify: {
      several:
        'vielen Dank für Ihre Antwort. Unter welcher dieser Nummern darf unser KI-Assistent Sie anrufen: {candidates}?',
      invalid:
        'vielen Dank für Ihre Antwort. Die Telefonnummer darin konnte ich nicht lesen. Schicken Sie sie bitte noch einmal, mit Landesvorwahl?',
      no_consent: 'vielen Dank für die Nummer. Darf unser KI-Assistent Sie dort anrufen, ja oder nein?',
    },
    or: ' oder ',
    reminder:
      'wir haben Ihnen zu „{subject}“ geschrieben und helfen weiterhin gern. Wenn unser KI-Assistent Sie anrufen darf, antworten Sie bitte mit Ihrer Nummer und schreiben Sie es dazu. Schriftlich ist es genauso gut. Es eilt nicht.',
    followUp:
      'wir haben Ihnen zu „{subject}“ geantwortet und seitdem nichts gehört. Ist alles erledigt? Wenn noch etwas offen ist, genügt eine kurze Antwort. Sonst müssen Sie nichts tun.',
    refund: {
      granted: 'Ihre Erstattung wurde genehmigt: {amount}.',
      declined: 'wir haben Ihre Bitte um Erstattung sorgfältig geprüft und können ihr nicht entsprechen.',
      because: 'Der Grund: {reason}',
      questions: 'Wenn dazu etwas unklar ist, antworten Sie bitte; jemand aus dem Team liest es.',
    },
    inWriting: 'vielen Dank für Ihre Antwort. Wir machen gern schriftlich weiter, niemand wird Sie anrufen.',
    colleague:
      'Was ich nicht sicher beantworten kann, sieht sich eine Kollegin oder ein Kollege an und schreibt Ihnen. Wenn Ihnen noch etwas wichtig ist, schreiben Sie es bitte in Ihre Antwort.',
    quoted: '„{sentence}“',
  },
  es: {
    greeting: 'Estimado/a {name}:',
    subject: {
      help: 'Su consulta: {subject}',
      clarify: 'Su número de teléfono, por favor',
      reminder: 'Seguimos a su disposición: {subject}',
    },
    thanks:
      'gracias por escribirnos sobre «{subject}». He leído su mensaje con atención y he buscado lo que de verdad le conviene.',
    suits: 'Esto es lo que he encontrado.',
    nothingYet: 'Antes de recomendarle algo prefiero entender qué es lo más importante para usted.',
    askPhone:
      'Lo más rápido es hablar un momento. ¿Puede llamarle nuestro asistente de IA? Si está de acuerdo, responda por favor con su número de teléfono, con el prefijo del país, y díganoslo. Si prefiere seguir por escrito, también está bien.',
    announce:
      'Para resolver el resto, nuestro asistente de IA le llamará al número que termina en {last4}. Si no lo desea, basta con responder a este correo y seguimos por escrito.',
    clarify: {
      several:
        'gracias por su respuesta. ¿A cuál de estos números puede llamar nuestro asistente de IA: {candidates}?',
      invalid:
        'gracias por su respuesta. No he podido leer el número de teléfono. ¿Puede enviarlo otra vez, con el prefijo del país?',
      no_consent: 'gracias por el número. ¿Puede llamarle ahí nuestro asistente de IA, sí o no?',
    },
    or: ' o ',
    reminder:
      'le escribimos sobre «{subject}» y nos gustaría ayudarle. Si nuestro asistente de IA puede llamarle, responda por favor con su número y díganoslo. Por escrito también está bien. No hay prisa.',
    followUp:
      'le respondimos sobre «{subject}» y no hemos sabido de usted desde entonces. ¿Está todo resuelto? Si queda algo pendiente, basta con una respuesta breve. Si no, no tiene que hacer nada.',
    refund: {
      granted: 'su reembolso ha sido aprobado: {amount}.',
      declined: 'hemos revisado con atención su solicitud de reembolso y no podemos concederla.',
      because: 'El motivo: {reason}',
      questions: 'Si algo no está claro, responda a este correo; un compañero lo leerá.',
    },
    inWriting: 'gracias por su respuesta. Seguimos por escrito con mucho gusto, nadie le llamará.',
    colleague:
      'Lo que no pueda responder con seguridad lo mirará un compañero y le escribirá. Si hay algo más importante para usted, díganoslo en su respuesta.',
    quoted: '«{sentence}»',
  },
  pt: {
    greeting: 'Olá {name},',
    subject: {
      help: 'O seu pedido: {subject}',
      clarify: 'O seu número de telefone, por favor',
      reminder: 'Continuamos ao dispor: {subject}',
    },
    thanks:
      'obrigado por nos escrever sobre «{subject}». Li a sua mensagem com atenção e procurei o que realmente lhe convém.',
    suits: 'Foi isto que encontrei.',
    nothingYet: 'Antes de recomendar algo, prefiro perceber o que é mais importante para si.',
    askPhone:
      'O mais rápido é falarmos um pouco. O nosso assistente de IA pode ligar-lhe? Se concordar, responda por favor com o seu número de telefone, com o indicativo do país, e diga-nos. Se preferir continuar por escrito, também está bem.',
    announce:
      'Para resolver o resto, o nosso assistente de IA vai ligar-lhe para o número que termina em {last4}. Se não quiser, basta responder a este e-mail e continuamos por escrito.',
    clarify: {
      several:
        'obrigado pela resposta. Para qual destes números pode o nosso assistente de IA ligar: {candidates}?',
      invalid:
        'obrigado pela resposta. Não consegui ler o número de telefone. Pode enviá-lo outra vez, com o indicativo do país?',
      no_consent: 'obrigado pelo número. O nosso assistente de IA pode ligar-lhe, sim ou não?',
    },
    or: ' ou ',
    reminder:
      'escrevemos-lhe sobre «{subject}» e gostávamos de ajudar. Se o nosso assistente de IA lhe pode ligar, responda por favor com o seu número e diga-nos. Por escrito também está bem. Não há pressa.',
    followUp:
      'respondemos-lhe sobre «{subject}» e não tivemos notícias suas desde então. Está tudo resolvido? Se houver algo em aberto, basta uma resposta curta. Caso contrário, não precisa de fazer nada.',
    refund: {
      granted: 'o seu reembolso foi aprovado: {amount}.',
      declined: 'analisámos com atenção o seu pedido de reembolso e não o podemos conceder.',
      because: 'O motivo: {reason}',
      questions: 'Se algo não estiver claro, responda a este e-mail; um colega vai lê-lo.',
    },
    inWriting: 'obrigado pela resposta. Continuamos por escrito com todo o gosto, ninguém lhe vai ligar.',
    colleague:
      'O que eu não puder responder com certeza, um colega vai ver e escrever-lhe. Se houver mais alguma coisa importante para si, diga-nos na resposta.',
    quoted: '«{sentence}»',
  },
  hi: {
    greeting: 'Namaste {name} ji,',
    subject: {
      help: 'Aapka request: {subject}',
      clarify: 'Aapka phone number',
      reminder: 'Hum ab bhi madad karna chahte hain: {subject}',
    },
    thanks:
      'hamein "{subject}" ke baare mein likhne ke liye dhanyavaad. Maine aapka message dhyaan se padha aur dekha ki aapke liye kya sahi rahega.',
    suits: 'Yeh mujhe mila.',
    nothingYet: 'Kuch suggest karne se pehle main samajhna chahta hoon ki aapke liye kya zaroori hai.',
    askPhone:
      'Sabse jaldi baat karne se hoga. Kya hamara AI assistant aapko call kar sakta hai? Agar haan, toh please apna phone number country code ke saath reply karein aur likhein ki call theek hai. Likh kar baat karna bhi bilkul theek hai.',
    announce:
      'Baaki sab jaldi tay karne ke liye hamara AI assistant aapko us number par call karega jiske aakhri ank {last4} hain. Agar aap nahi chahte, toh bas is e-mail ka reply kar dijiye.',
    clarify: {
      several: 'reply ke liye dhanyavaad. Hamara AI assistant kis number par call kare: {candidates}?',
      invalid:
        'reply ke liye dhanyavaad. Phone number padha nahi gaya. Please country code ke saath phir se bhejiye.',
      no_consent:
        'number ke liye dhanyavaad. Kya hamara AI assistant us par call kar sakta hai, haan ya nahi?',
    },
    or: ' ya ',
    reminder:
      'humne aapko "{subject}" ke baare mein likha tha aur ab bhi madad karna chahte hain. Agar AI assistant call kar sakta hai, toh please apna number bhejiye aur likhiye ki theek hai. Likh kar bhi theek hai.',
    followUp:
      'humne aapko "{subject}" ke baare mein jawab diya tha aur tab se aapse kuch nahi suna. Kya sab theek ho gaya? Agar kuch baaki hai, toh ek chhota sa reply kaafi hai. Nahi toh aapko kuch nahi karna.',
    refund: {
      granted: 'aapka refund manzoor ho gaya hai: {amount}.',
      declined: 'humne aapki refund request dhyaan se dekhi, aur hum use manzoor nahi kar sakte.',
      because: 'Wajah: {reason}',
      questions: 'Agar kuch samajh na aaye, toh please reply kijiye; ek colleague padhenge.',
    },
    inWriting: 'reply ke liye dhanyavaad. Hum likh kar hi baat karenge, koi call nahi karega.',
    colleague:
      'Jo main pakka nahi bata sakta, woh ek colleague dekh kar aapko likhenge. Aur kuch zaroori ho toh please reply mein likhiye.',
    quoted: '“{sentence}”',
  },
}
