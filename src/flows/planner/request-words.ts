/** Words by which people ask for work, or ask a question; lower case and without accents, in the team's languages. */

/** What is wanted done, in its imperative or infinitive; `*` stands for the rest of a word. */
export const workWords = words(`
  add, append, approve, arrange, assign, attach, book, call, cancel, change, check off, close, collect, complete,
  contact, create, delete, draft, e-mail, email, escalate, file, find, finish, follow up, forward, hand over, inform,
  invite, look up, mail, make, mark, message, move, notify, open, order, pause, ping, plan, post, prepare, put, refund,
  remind, remove, rename, reopen, reply, reschedule, resolve, respond, ring, schedule, search, send, set, start, stop,
  tag, tell, transfer, update, wait, write,
  aktualisier*, andere, andern, anrufen, antworte*, beende*, benachrichtig*, buche, buchen, erinner*, erledig*,
  erstell*, finde, finden, fuge, informier*, kommentier*, leg, lege, leite, losch*, mach, mache, markier*, melde,
  plane, prufe, ruf, rufe, schick*, schliess*, schreib*, sende*, setz*, stornier*, such*, teile, trag*, ubergib,
  verschieb*, warte, weise,
  actualiza*, agrega*, anade*, avisa*, borra*, busca*, cancela*, cierra*, crea*, encuentra*, envia*, escribe*,
  llama*, marca*, pon, programa*, recuerda*, responde*,
  ajoute*, annule*, appelle*, cherche*, cree*, ecri*, envoie*, ferme*, marque*, mets, previens, programme*, rappelle*,
  reponds, supprime*, trouve*,
  adiciona*, atualiza*, avise*, cri[ae]*, encontre*, envie*, escreva*, feche*, ligue, marque*, procure*,
  aggiorna*, aggiungi*, annulla*, avvisa*, cerca*, chiama*, chiudi*, crea*, invia*, manda*, segna*, scrivi*, trova*,
  bhej*, likh*, dhoond*, band kar*, khol*, call kar*, message kar*, bata*
`)

/** With what a question begins. */
export const questionWords = words(`
  what, what's, when, where, which, who, whose, why, how, is, are, was, were, does, did, do we, do you know, has, have,
  explain, am i,
  was, wann, wo, welche*, wer, wessen, warum, wieso, wie, ist, sind, hat, haben, gibt es, erklar*,
  que, cual*, cuando, donde, quien*, por que, como, cuanto*, hay, es, esta,
  qu'est-ce, quel*, quand, ou est, qui, pourquoi, comment, combien, est-ce, y a-t-il,
  qual, quais, quando, onde, quem, por que, quanto*, ha,
  che cosa, cosa, quale, quali, dove, chi, perche, come,
  kya, kab, kahan, kaun, kyon, kaise, kitn*
`)

/** With what a request begins that is put as a question. */
export const politeWords = words(`
  can you, could you, would you, will you, please, can we, let's, i want you to, i need you to, i'd like you to,
  kannst du, konnen sie, konntest du, konnten sie, bitte, wurdest du, wurden sie,
  puedes, podrias, puede, podria, por favor,
  peux-tu, pouvez-vous, pourrais-tu, pourriez-vous, s'il te plait, s'il vous plait, merci de,
  voce pode, pode, poderia, puoi, potresti, per favore, kya aap, kripya
`)

/** What leads from one piece of work to the next. */
export const thenWords = words(`
  then, after that, afterwards, and then, next, finally, once, as soon as, if, when done, and also, as well as,
  dann, danach, anschliessend, zum schluss, sobald, wenn, falls, und dann,
  luego, despues, entonces, cuando, si, por ultimo,
  puis, ensuite, apres, des que, quand, enfin,
  depois, em seguida, quando, se, poi, dopo, quindi, infine, phir, uske baad, agar
`)

function words(list: string): RegExp {
  const phrases = list
    .split(',')
    .map((phrase) => phrase.trim().replace(/\s+/g, ' '))
    .filter((phrase) => phrase !== '')
    .map((phrase) => phrase.replace(/[.?]/g, '\\$&').replaceAll(' ', '\\s+').replaceAll('*', '\\p{L}*'))
  return new RegExp(`(?<![\\p{L}\\p{N}'])(?:${phrases.join('|')})(?![\\p{L}\\p{N}'])`, 'gu')
}
