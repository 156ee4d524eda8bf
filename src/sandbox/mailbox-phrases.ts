/** What simulated customers write. `{phone}` and the like are filled in by mailbox.ts. */
export type Phrases = {
  /** Prefix of an answer's subject. */
  re: string
  /** What mail programs put above a quote; `{date}` and `{from}`. */
  wrote: string
  /** Says yes to the call, with one number. */
  agrees: string
  /** Three numbers, none of them named as the one to call. */
  threeNumbers: string
  /** Asked which one: `{phone}`. */
  picksOne: string
  /** A number that cannot be one. */
  invalidNumber: string
  /** Asked for a better one: `{phone}`. */
  correctsNumber: string
  /** Yes to the call, no number. */
  consentOnly: string
  /** Asked for it: `{phone}`. */
  givesNumber: string
  asksQuestion: string
  /** After the answer: `{phone}`. */
  afterQuestion: string
  refuses: string
  angry: string
  optsOut: string
  awaySubject: string
  away: string
}

const en: Phrases = {
  re: 'Re: ',
  wrote: 'On {date}, {from} wrote:',
  agrees:
    'Hello,\n\nthank you, that sounds good. Yes, your AI assistant may call me. My number is {phone}, best in the late afternoon.\n\nKind regards\n{name}',
  threeNumbers:
    'Hi,\n\nyes, please call me. You can try {phone} or {phone2}, and during the week I am sometimes at {phone3}.\n\nBest\n{name}',
  picksOne: 'Please use {phone}. And yes, the AI assistant may call me there.\n\n{name}',
  invalidNumber: 'Hello,\n\nsure, call me on 12345. An AI voice is fine with me.\n\n{name}',
  correctsNumber: 'Sorry, my mistake. It is {phone}. Yes, the AI assistant may call me.\n\n{name}',
  consentOnly: 'Hello,\n\nyes, it is fine if your AI assistant calls me about this.\n\n{name}',
  givesNumber: 'Of course, I forgot: {phone}. Yes, please call.\n\n{name}',
  asksQuestion:
    'Hello,\n\nbefore we talk: is breakfast included in the price, and what happens if we have to cancel?\n\nThanks\n{name}',
  afterQuestion:
    'Thank you, that helps. You may call me with your AI assistant, my number is {phone}.\n\n{name}',
  refuses:
    'Hello,\n\nI do not want to be called, and certainly not by a machine. Please answer by e-mail.\n\n{name}',
  angry:
    'This is the third time I have to explain myself. I am really angry about how you treat your guests. I want to speak to a real person, your manager, today!\n\n{name}',
  optsOut: 'Stop writing to me. Please remove me from your list and do not contact me again.\n\n{name}',
  awaySubject: 'Automatic reply: ',
  away: 'Thank you for your message. I am out of the office until Monday with limited access to e-mail. In urgent cases please call my colleague on +44 20 7946 0999.\n\n{name}',
}

const de: Phrases = {
  re: 'AW: ',
  wrote: 'Am {date} schrieb {from}:',
  agrees:
    'Guten Tag,\n\nvielen Dank, das klingt gut. Ja, Ihr KI-Assistent darf mich gern anrufen. Sie erreichen mich unter {phone}, am besten am späten Nachmittag.\n\nMit freundlichen Grüßen\n{name}',
  threeNumbers:
    'Hallo,\n\nja, rufen Sie mich bitte an. Sie können es unter {phone} oder {phone2} versuchen, unter der Woche manchmal auch unter {phone3}.\n\nViele Grüße\n{name}',
  picksOne: 'Bitte nehmen Sie {phone}. Und ja, der KI-Assistent darf mich dort anrufen.\n\n{name}',
  invalidNumber: 'Hallo,\n\ngern, rufen Sie mich an unter 12345. Eine KI-Stimme ist in Ordnung.\n\n{name}',
  correctsNumber:
    'Entschuldigung, mein Fehler. Die Nummer ist {phone}. Ja, der KI-Assistent darf mich anrufen.\n\n{name}',
  consentOnly: 'Guten Tag,\n\nja, Ihr KI-Assistent darf mich dazu anrufen.\n\n{name}',
  givesNumber: 'Natürlich, hatte ich vergessen: {phone}. Ja, bitte rufen Sie an.\n\n{name}',
  asksQuestion:
    'Guten Tag,\n\nvorab eine Frage: Ist das Frühstück im Preis enthalten, und was passiert, wenn wir stornieren müssen?\n\nDanke\n{name}',
  afterQuestion:
    'Danke, das hilft mir. Ihr KI-Assistent darf mich anrufen, meine Nummer ist {phone}.\n\n{name}',
  refuses:
    'Guten Tag,\n\nich möchte nicht angerufen werden, schon gar nicht von einer Maschine. Bitte antworten Sie per E-Mail.\n\n{name}',
  angry:
    'Jetzt muss ich das zum dritten Mal erklären. Ich bin wirklich verärgert, wie Sie mit Ihren Gästen umgehen. Ich will heute noch mit einem Menschen sprechen, mit Ihrem Chef!\n\n{name}',
  optsOut: 'Schreiben Sie mir nicht mehr. Bitte löschen Sie mich aus Ihrem Verteiler.\n\n{name}',
  awaySubject: 'Automatische Antwort: ',
  away: 'Vielen Dank für Ihre Nachricht. Ich bin bis Montag nicht im Büro. In dringenden Fällen erreichen Sie meine Kollegin unter +49 30 901820.\n\n{name}',
}

const es: Phrases = {
  re: 'RE: ',
  wrote: 'El {date}, {from} escribió:',
  agrees:
    'Hola:\n\nmuchas gracias, me parece bien. Sí, su asistente de IA puede llamarme. Mi número es {phone}, mejor a última hora de la tarde.\n\nUn saludo\n{name}',
  threeNumbers:
    'Hola:\n\nsí, llámenme por favor. Pueden probar el {phone} o el {phone2}, y entre semana a veces estoy en el {phone3}.\n\nSaludos\n{name}',
  picksOne: 'Usen el {phone}, por favor. Y sí, el asistente de IA puede llamarme ahí.\n\n{name}',
  invalidNumber: 'Hola:\n\nclaro, llámenme al 12345. Una voz de IA me parece bien.\n\n{name}',
  correctsNumber: 'Perdón, me equivoqué. Es el {phone}. Sí, el asistente de IA puede llamarme.\n\n{name}',
  consentOnly: 'Hola:\n\nsí, su asistente de IA puede llamarme por este asunto.\n\n{name}',
  givesNumber: 'Claro, se me olvidó: {phone}. Sí, llámenme.\n\n{name}',
  asksQuestion:
    'Hola:\n\nantes de hablar: ¿está incluido el desayuno en el precio, y qué pasa si tenemos que cancelar?\n\nGracias\n{name}',
  afterQuestion: 'Gracias, eso me ayuda. Su asistente de IA puede llamarme, mi número es {phone}.\n\n{name}',
  refuses:
    'Hola:\n\nno quiero que me llamen, y menos una máquina. Respondan por correo, por favor.\n\n{name}',
  angry:
    'Es la tercera vez que tengo que explicarlo. Estoy muy enfadado con la forma en que tratan a sus huéspedes. ¡Quiero hablar hoy con una persona, con su gerente!\n\n{name}',
  optsOut: 'No me escriban más. Por favor, denme de baja de su lista y no me contacten.\n\n{name}',
  awaySubject: 'Respuesta automática: ',
  away: 'Gracias por su mensaje. Estoy fuera de la oficina hasta el lunes. Si es urgente, llame a mi compañera al +34 91 123 45 67.\n\n{name}',
}

const pt: Phrases = {
  re: 'Re: ',
  wrote: '{from} escreveu em {date}:',
  agrees:
    'Olá,\n\nobrigado, parece-me bem. Sim, o vosso assistente de IA pode ligar-me. O meu número é {phone}, de preferência ao fim da tarde.\n\nCumprimentos\n{name}',
  threeNumbers:
    'Olá,\n\nsim, podem ligar-me. Tentem {phone} ou {phone2}, e durante a semana às vezes estou no {phone3}.\n\nCumprimentos\n{name}',
  picksOne: 'Usem o {phone}, por favor. E sim, o assistente de IA pode ligar-me.\n\n{name}',
  invalidNumber: 'Olá,\n\nclaro, liguem-me para o 12345. Uma voz de IA está bem.\n\n{name}',
  correctsNumber: 'Desculpem, enganei-me. É o {phone}. Sim, o assistente de IA pode ligar-me.\n\n{name}',
  consentOnly: 'Olá,\n\nsim, o vosso assistente de IA pode ligar-me sobre isto.\n\n{name}',
  givesNumber: 'Claro, esqueci-me: {phone}. Sim, podem ligar.\n\n{name}',
  asksQuestion:
    'Olá,\n\nantes de falarmos: o pequeno-almoço está incluído no preço, e o que acontece se tivermos de cancelar?\n\nObrigado\n{name}',
  afterQuestion:
    'Obrigado, isso ajuda. O vosso assistente de IA pode ligar-me, o meu número é {phone}.\n\n{name}',
  refuses:
    'Olá,\n\nnão quero que me liguem, muito menos uma máquina. Respondam por e-mail, por favor.\n\n{name}',
  angry:
    'É a terceira vez que tenho de explicar isto. Estou muito zangado com a forma como tratam os hóspedes. Quero falar hoje com uma pessoa, com o gerente!\n\n{name}',
  optsOut: 'Não me escrevam mais. Por favor removam-me da vossa lista e não me contactem.\n\n{name}',
  awaySubject: 'Resposta automática: ',
  away: 'Obrigado pela mensagem. Estou fora até segunda-feira. Se for urgente, ligue para a minha colega: +351 21 123 4567.\n\n{name}',
}

/** Hindi in Latin letters mixed with English, as many guests from India write. */
const hi: Phrases = {
  ...en,
  agrees:
    'Namaste,\n\nbahut accha, thank you. Haan ji, your AI assistant may call me, no problem. Mera number hai {phone}, shaam ko call karna best rahega.\n\nRegards\n{name}',
  threeNumbers:
    'Namaste,\n\nhaan, please call me. Aap {phone} ya {phone2} try kar sakte ho, weekdays mein kabhi kabhi {phone3} pe milta hoon.\n\n{name}',
  picksOne: '{phone} best hai. Haan ji, yes, the AI assistant may call me there.\n\n{name}',
  refuses:
    'Namaste,\n\nplease mujhe call mat karna, I do not want to be called. E-mail pe hi batao.\n\n{name}',
  angry:
    'Yaar ye teesri baar bol raha hoon. This is really terrible service, I am very angry. I want to speak to a real person, your manager, aaj hi!\n\n{name}',
}

const all: Record<string, Phrases> = { en, de, es, pt, hi }

/** By the first part of a BCP 47 tag; English where we have no other. */
export function phrasesFor(locale: string): Phrases {
  return all[locale.toLowerCase().split('-')[0] ?? 'en'] ?? en
}
