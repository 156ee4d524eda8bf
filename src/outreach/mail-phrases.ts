import type { Intent } from '../ai/index.ts'
import type { Situation } from './draft.ts'

type Why = NonNullable<Situation['why']>

/** One language's mails. `{name}` and its like are filled in; every text is a paragraph. */
export type Phrases = {
  greeting: string
  about: string
  askPhone: string[]
  announceCall: string[]
  clarify: Record<Why, string>
  reminder: string[]
  followUp: string[]
  /** `because` only where a person gave a reason. */
  refund: { granted: string; declined: string; because: string; questions: string }
  intents: Record<Intent, string>
  writeBack: string
  closing: string
}

const en: Phrases = {
  greeting: 'Hello {name},',
  about: 'Your request: {subject}',
  askPhone: [
    'The quickest way to settle this is a short call. If you like, reply with a phone number, with its country code, and tell us whether our AI assistant may call you on it. The call would be recorded.',
    'If you would rather go on in writing, or talk to a person, just say so.',
  ],
  announceCall: [
    'Our AI assistant will call you on your number ending in {last4}. The call will be recorded.',
    'If you would rather not be called, a short reply is enough to stop it.',
  ],
  clarify: {
    several: 'Thank you for your reply. Which of these numbers may our AI assistant call: {candidates}?',
    invalid:
      'Thank you for your reply. We could not read the phone number. Could you send it once more, with its country code?',
    unconfirmed:
      'Thank you for your reply. We are not sure which number we should call. Could you send it once more, with its country code?',
    no_consent:
      'Thank you for the number. May our AI assistant call you on it, yes or no? The call would be recorded.',
    no_number:
      'Thank you for your reply. On which number, with its country code, may our AI assistant call you?',
  },
  reminder: [
    'We wrote to you about "{subject}" and would still like to help.',
    'A reply with a phone number, and whether our AI assistant may call you on it, is enough. If you would rather go on in writing, just say so.',
  ],
  followUp: [
    'We answered you about "{subject}" and have not heard from you since.',
    'Is everything settled? If anything is open, a short reply is enough and we go on from there. If not, you need do nothing.',
  ],
  refund: {
    granted: 'Your refund was approved: {amount}.',
    declined: 'We have looked at your request for a refund with care, and cannot grant it.',
    because: 'The reason: {reason}',
    questions: 'If you have a question about this, please reply; a colleague will read it.',
  },
  intents: {
    emergency:
      'If anybody is in danger, please call your local emergency number now. We have passed your message on to our team as urgent.',
    human_request: 'Thank you for your message. A colleague of our team will take care of it in person.',
    complaint:
      'We are sorry that something went wrong. A colleague will look into it, and we want to put it right.',
    cancellation:
      'Thank you for your message about your cancellation. Nothing has been changed yet; we will confirm it with you first.',
    reschedule:
      'Thank you for your message about changing your booking. Nothing has been changed yet; we will confirm the new date with you first.',
    booking: 'Thank you for your interest. We would be glad to find what suits you.',
    pricing: 'Thank you for your question about prices. We want to give you an exact answer for your case.',
    hours_location: 'Thank you for your question. We want to give you an exact answer.',
    general_question: 'Thank you for your message. We would be glad to help you with it.',
  },
  writeBack: 'A colleague will answer you by e-mail. You need do nothing more.',
  closing: 'Kind regards\n{company}',
}

const de: Phrases = {
  greeting: 'Guten Tag {name},',
  about: 'Ihre Anfrage: {subject}',
  askPhone: [
    'Am schnellsten klären wir das in einem kurzen Gespräch. Wenn Sie möchten, antworten Sie mit einer Telefonnummer samt Ländervorwahl und schreiben Sie uns, ob unser KI-Assistent Sie dort anrufen darf. Das Gespräch würde aufgezeichnet.',
    'Wenn Sie lieber schriftlich weitermachen oder mit einem Menschen sprechen möchten, sagen Sie es einfach.',
  ],
  announceCall: [
    'Unser KI-Assistent ruft Sie unter Ihrer Nummer mit den Endziffern {last4} an. Das Gespräch wird aufgezeichnet.',
    'Wenn Sie keinen Anruf möchten, genügt eine kurze Antwort.',
  ],
  clarify: {
    several:
      'Vielen Dank für Ihre Antwort. Welche dieser Nummern darf unser KI-Assistent anrufen: {candidates}?',
    invalid:
      'Vielen Dank für Ihre Antwort. Wir konnten die Telefonnummer nicht lesen. Würden Sie sie noch einmal mit Ländervorwahl schicken?',
    unconfirmed:
      'Vielen Dank für Ihre Antwort. Wir sind nicht sicher, welche Nummer wir anrufen sollen. Würden Sie sie noch einmal mit Ländervorwahl schicken?',
    no_consent:
      'Vielen Dank für die Nummer. Darf unser KI-Assistent Sie dort anrufen, ja oder nein? Das Gespräch würde aufgezeichnet.',
    no_number:
      'Vielen Dank für Ihre Antwort. Unter welcher Nummer, mit Ländervorwahl, darf unser KI-Assistent Sie anrufen?',
  },
  reminder: [
    'Wir haben Ihnen wegen „{subject}“ geschrieben und helfen Ihnen weiterhin gern.',
    'Eine Antwort mit einer Telefonnummer und dem Hinweis, ob unser KI-Assistent Sie dort anrufen darf, genügt. Wenn Sie lieber schriftlich weitermachen möchten, sagen Sie es einfach.',
  ],
  followUp: [
    'Wir haben Ihnen zu „{subject}“ geantwortet und seitdem nichts von Ihnen gehört.',
    'Ist alles erledigt? Wenn noch etwas offen ist, genügt eine kurze Antwort, und wir machen da weiter. Sonst müssen Sie nichts tun.',
  ],
  refund: {
    granted: 'Ihre Erstattung wurde genehmigt: {amount}.',
    declined: 'Wir haben Ihre Bitte um Erstattung sorgfältig geprüft und können ihr nicht entsprechen.',
    because: 'Der Grund: {reason}',
    questions: 'Wenn Sie dazu eine Frage haben, antworten Sie bitte; jemand aus unserem Team liest es.',
  },
  intents: {
    emergency:
      'Wenn jemand in Gefahr ist, rufen Sie bitte sofort den örtlichen Notruf. Wir haben Ihre Nachricht als dringend an unser Team weitergegeben.',
    human_request:
      'Vielen Dank für Ihre Nachricht. Ein Mensch aus unserem Team kümmert sich persönlich darum.',
    complaint:
      'Es tut uns leid, dass etwas schiefgegangen ist. Jemand aus unserem Team sieht es sich an, und wir möchten es in Ordnung bringen.',
    cancellation:
      'Vielen Dank für Ihre Nachricht zu Ihrer Stornierung. Es ist noch nichts geändert; wir bestätigen sie Ihnen vorher.',
    reschedule:
      'Vielen Dank für Ihre Nachricht zur Umbuchung. Es ist noch nichts geändert; wir bestätigen Ihnen den neuen Termin vorher.',
    booking: 'Vielen Dank für Ihr Interesse. Wir finden gern, was zu Ihnen passt.',
    pricing:
      'Vielen Dank für Ihre Frage nach den Preisen. Wir möchten Ihnen eine genaue Antwort für Ihren Fall geben.',
    hours_location: 'Vielen Dank für Ihre Frage. Wir möchten Ihnen eine genaue Antwort geben.',
    general_question: 'Vielen Dank für Ihre Nachricht. Wir helfen Ihnen gern weiter.',
  },
  writeBack: 'Jemand aus unserem Team antwortet Ihnen per E-Mail. Sie müssen nichts weiter tun.',
  closing: 'Mit freundlichen Grüßen\n{company}',
}

const es: Phrases = {
  greeting: 'Hola, {name}:',
  about: 'Su solicitud: {subject}',
  askPhone: [
    'La forma más rápida de resolverlo es una breve llamada. Si lo desea, responda con un número de teléfono, con el prefijo del país, y díganos si nuestro asistente de IA puede llamarle. La llamada se grabaría.',
    'Si prefiere seguir por escrito o hablar con una persona, díganoslo sin más.',
  ],
  announceCall: [
    'Nuestro asistente de IA le llamará al número terminado en {last4}. La llamada se grabará.',
    'Si prefiere que no le llamemos, basta con una breve respuesta.',
  ],
  clarify: {
    several:
      'Gracias por su respuesta. ¿A cuál de estos números puede llamarle nuestro asistente de IA: {candidates}?',
    invalid:
      'Gracias por su respuesta. No hemos podido leer el número de teléfono. ¿Podría enviarlo de nuevo, con el prefijo del país?',
    unconfirmed:
      'Gracias por su respuesta. No estamos seguros de a qué número debemos llamar. ¿Podría enviarlo de nuevo, con el prefijo del país?',
    no_consent:
      'Gracias por el número. ¿Puede llamarle nuestro asistente de IA, sí o no? La llamada se grabaría.',
    no_number:
      'Gracias por su respuesta. ¿A qué número, con el prefijo del país, puede llamarle nuestro asistente de IA?',
  },
  reminder: [
    'Le escribimos sobre «{subject}» y seguimos queriendo ayudarle.',
    'Basta con que responda con un número de teléfono y nos diga si nuestro asistente de IA puede llamarle. Si prefiere seguir por escrito, díganoslo.',
  ],
  followUp: [
    'Le respondimos sobre «{subject}» y desde entonces no hemos sabido de usted.',
    '¿Está todo resuelto? Si queda algo pendiente, basta con una respuesta breve y seguimos desde ahí. Si no, no tiene que hacer nada.',
  ],
  refund: {
    granted: 'Su reembolso ha sido aprobado: {amount}.',
    declined: 'Hemos revisado con atención su solicitud de reembolso y no podemos concederla.',
    because: 'El motivo: {reason}',
    questions: 'Si tiene alguna pregunta, responda a este correo; una persona de nuestro equipo lo leerá.',
  },
  intents: {
    emergency:
      'Si alguien está en peligro, llame ahora al número de emergencias local. Hemos pasado su mensaje a nuestro equipo como urgente.',
    human_request: 'Gracias por su mensaje. Una persona de nuestro equipo se ocupará personalmente.',
    complaint:
      'Sentimos que algo haya salido mal. Una persona de nuestro equipo lo revisará y queremos solucionarlo.',
    cancellation:
      'Gracias por su mensaje sobre la cancelación. Todavía no se ha cambiado nada; se lo confirmaremos antes.',
    reschedule:
      'Gracias por su mensaje sobre el cambio de su reserva. Todavía no se ha cambiado nada; le confirmaremos antes la nueva fecha.',
    booking: 'Gracias por su interés. Con gusto buscaremos lo que mejor le convenga.',
    pricing: 'Gracias por su pregunta sobre los precios. Queremos darle una respuesta exacta para su caso.',
    hours_location: 'Gracias por su pregunta. Queremos darle una respuesta exacta.',
    general_question: 'Gracias por su mensaje. Con gusto le ayudaremos.',
  },
  writeBack: 'Una persona de nuestro equipo le responderá por correo. No tiene que hacer nada más.',
  closing: 'Un cordial saludo\n{company}',
}

const fr: Phrases = {
  greeting: 'Bonjour {name},',
  about: 'Votre demande : {subject}',
  askPhone: [
    "Le plus rapide serait un court appel. Si vous le souhaitez, répondez avec un numéro de téléphone, avec l'indicatif du pays, et dites-nous si notre assistant IA peut vous y appeler. L'appel serait enregistré.",
    'Si vous préférez continuer par écrit ou parler à une personne, dites-le simplement.',
  ],
  announceCall: [
    "Notre assistant IA vous appellera au numéro se terminant par {last4}. L'appel sera enregistré.",
    'Si vous préférez ne pas être appelé, une courte réponse suffit.',
  ],
  clarify: {
    several:
      'Merci pour votre réponse. Lequel de ces numéros notre assistant IA peut-il appeler : {candidates} ?',
    invalid:
      "Merci pour votre réponse. Nous n'avons pas pu lire le numéro de téléphone. Pourriez-vous le renvoyer avec l'indicatif du pays ?",
    unconfirmed:
      "Merci pour votre réponse. Nous ne savons pas quel numéro appeler. Pourriez-vous le renvoyer avec l'indicatif du pays ?",
    no_consent:
      "Merci pour le numéro. Notre assistant IA peut-il vous y appeler, oui ou non ? L'appel serait enregistré.",
    no_number:
      "Merci pour votre réponse. À quel numéro, avec l'indicatif du pays, notre assistant IA peut-il vous appeler ?",
  },
  reminder: [
    'Nous vous avons écrit au sujet de « {subject} » et souhaitons toujours vous aider.',
    'Il suffit de répondre avec un numéro de téléphone et de nous dire si notre assistant IA peut vous y appeler. Si vous préférez continuer par écrit, dites-le simplement.',
  ],
  followUp: [
    "Nous vous avons répondu au sujet de « {subject} » et n'avons pas eu de vos nouvelles depuis.",
    "Tout est-il réglé ? S'il reste quelque chose, une courte réponse suffit et nous reprenons à partir de là. Sinon, vous n'avez rien à faire.",
  ],
  refund: {
    granted: 'Votre remboursement a été accepté : {amount}.',
    declined: "Nous avons examiné votre demande de remboursement avec soin et ne pouvons pas l'accepter.",
    because: 'La raison : {reason}',
    questions: 'Si vous avez une question, répondez à cet e-mail ; une personne de notre équipe le lira.',
  },
  intents: {
    emergency:
      "Si quelqu'un est en danger, appelez immédiatement le numéro d'urgence local. Nous avons transmis votre message à notre équipe comme urgent.",
    human_request: "Merci pour votre message. Une personne de notre équipe s'en occupera personnellement.",
    complaint:
      "Nous sommes désolés que quelque chose se soit mal passé. Une personne de notre équipe va l'examiner et nous voulons y remédier.",
    cancellation:
      "Merci pour votre message au sujet de l'annulation. Rien n'a encore été modifié ; nous vous la confirmerons d'abord.",
    reschedule:
      "Merci pour votre message au sujet du changement de réservation. Rien n'a encore été modifié ; nous vous confirmerons d'abord la nouvelle date.",
    booking: 'Merci pour votre intérêt. Nous trouverons volontiers ce qui vous convient.',
    pricing: 'Merci pour votre question sur les prix. Nous voulons vous donner une réponse exacte.',
    hours_location: 'Merci pour votre question. Nous voulons vous donner une réponse exacte.',
    general_question: 'Merci pour votre message. Nous vous aiderons volontiers.',
  },
  writeBack: "Une personne de notre équipe vous répondra par e-mail. Vous n'avez rien d'autre à faire.",
  closing: 'Cordialement\n{company}',
}

const pt: Phrases = {
  greeting: 'Olá, {name},',
  about: 'O seu pedido: {subject}',
  askPhone: [
    'A forma mais rápida de resolver isto é uma curta chamada. Se quiser, responda com um número de telefone, com o indicativo do país, e diga-nos se o nosso assistente de IA pode ligar-lhe. A chamada seria gravada.',
    'Se preferir continuar por escrito ou falar com uma pessoa, basta dizer.',
  ],
  announceCall: [
    'O nosso assistente de IA vai ligar-lhe para o número terminado em {last4}. A chamada será gravada.',
    'Se preferir não receber a chamada, basta uma curta resposta.',
  ],
  clarify: {
    several:
      'Obrigado pela sua resposta. Para qual destes números pode ligar o nosso assistente de IA: {candidates}?',
    invalid:
      'Obrigado pela sua resposta. Não conseguimos ler o número de telefone. Pode enviá-lo de novo, com o indicativo do país?',
    unconfirmed:
      'Obrigado pela sua resposta. Não temos a certeza do número para o qual devemos ligar. Pode enviá-lo de novo, com o indicativo do país?',
    no_consent:
      'Obrigado pelo número. O nosso assistente de IA pode ligar-lhe, sim ou não? A chamada seria gravada.',
    no_number:
      'Obrigado pela sua resposta. Para que número, com o indicativo do país, pode ligar o nosso assistente de IA?',
  },
  reminder: [
    'Escrevemos-lhe sobre «{subject}» e continuamos a querer ajudar.',
    'Basta responder com um número de telefone e dizer-nos se o nosso assistente de IA pode ligar-lhe. Se preferir continuar por escrito, basta dizer.',
  ],
  followUp: [
    'Respondemos-lhe sobre «{subject}» e desde então não tivemos notícias suas.',
    'Está tudo resolvido? Se ainda houver algo em aberto, basta uma resposta curta e continuamos a partir daí. Caso contrário, não precisa de fazer nada.',
  ],
  refund: {
    granted: 'O seu reembolso foi aprovado: {amount}.',
    declined: 'Analisámos com atenção o seu pedido de reembolso e não o podemos conceder.',
    because: 'O motivo: {reason}',
    questions: 'Se tiver alguma pergunta, responda a este e-mail; uma pessoa da nossa equipa irá lê-lo.',
  },
  intents: {
    emergency:
      'Se alguém estiver em perigo, ligue já para o número de emergência local. Passámos a sua mensagem à nossa equipa como urgente.',
    human_request:
      'Obrigado pela sua mensagem. Uma pessoa da nossa equipa vai tratar do assunto pessoalmente.',
    complaint:
      'Lamentamos que algo tenha corrido mal. Uma pessoa da nossa equipa vai analisar e queremos resolver.',
    cancellation:
      'Obrigado pela sua mensagem sobre o cancelamento. Ainda nada foi alterado; confirmamos consigo antes.',
    reschedule:
      'Obrigado pela sua mensagem sobre a alteração da reserva. Ainda nada foi alterado; confirmamos consigo antes a nova data.',
    booking: 'Obrigado pelo seu interesse. Teremos todo o gosto em encontrar o que lhe convém.',
    pricing:
      'Obrigado pela sua pergunta sobre os preços. Queremos dar-lhe uma resposta exata para o seu caso.',
    hours_location: 'Obrigado pela sua pergunta. Queremos dar-lhe uma resposta exata.',
    general_question: 'Obrigado pela sua mensagem. Teremos todo o gosto em ajudar.',
  },
  writeBack: 'Uma pessoa da nossa equipa vai responder-lhe por e-mail. Não precisa de fazer mais nada.',
  closing: 'Com os melhores cumprimentos\n{company}',
}

export const languages: Record<string, Phrases> & { en: Phrases } = { en, de, es, fr, pt }
