import type { Intent } from './intents.ts'

/**
 * Phrases by intent, in lower case and without accents; `*` stands for the rest of a word. Phrases that mean
 * only one thing are worth more than many: "smoke" alone is also a question about smoking rooms.
 */
export const intentWords: Record<Exclude<Intent, 'general_question'>, string[]> = {
  emergency: phrases(`
    emergency, on fire, is a fire, fire alarm, there is smoke, there's smoke, smoke coming, smell of smoke,
    smell smoke, smell gas, gas leak, ambulance, call 911, call 112, bleeding, unconscious, chest pain,
    heart attack, overdose, suicid*, kill myself, in danger, life threatening, is flooding, trapped in,
    cannot breathe, can't breathe, notfall, feuer im, es brennt, brennt, rauch im, gasgeruch, krankenwagen,
    notarzt, bewusstlos, lebensgefahr, blutet, herzinfarkt, emergencia, incendio, hay fuego, hay humo,
    fuga de gas, ambulancia, inconsciente, peligro de muerte, est une urgence, une urgence, au feu,
    incendie, fuite de gaz, pompiers, inconscient*, ha fumo, vazamento de gas, emergenza, c'e fumo,
    fuga di gas, ambulanza, aag lag*, aapatkal*, jaan ka khatra, khoon beh*
  `),
  human_request: phrases(`
    speak to (?:a |an |your )?(?:human|person|someone|somebody|agent|manager|representative|supervisor),
    speak with (?:a |an |your )?(?:human|person|someone|somebody|agent|manager|representative|supervisor),
    talk to (?:a |an |your )?(?:human|person|someone|somebody|agent|manager|representative|supervisor),
    talk with (?:a |an |your )?(?:human|person|someone|somebody|agent|manager),
    (?:real|actual|live) (?:human|person|agent), human being, human agent, a human,
    customer service representative, echten menschen, einem menschen, einen menschen, mitarbeiter* sprechen,
    mit jemandem sprechen, menschlichen? (?:mitarbeiter*|ansprechpartner*), vorgesetzt*, ansprechpartner*,
    hablar (?:\\p{L}+ )?con (?:una persona|un humano|alguien|un agente|un supervisor), persona real, agente humano,
    parler (?:\\p{L}+ )?a (?:quelqu'un|un humain|une personne|un conseiller|un agent|un responsable), vraie personne,
    un etre humain, falar (?:\\p{L}+ )?com (?:uma pessoa|um humano|alguem|um atendente|um gerente), pessoa real,
    atendente humano, parlare (?:\\p{L}+ )?con (?:una persona|un umano|qualcuno|un operatore|un responsabile),
    persona vera, operatore umano, insaan se baat, aadmi se baat, kisi se baat, manager se baat
  `),
  complaint: phrases(`
    complain*, third time, dritten mal, tercera vez, terceira vez, troisieme fois, terza volta, verargert*,
    zangad*, furios*, unacceptable, terrible, horrible, disgust*, ridiculous, want a refund, demand a refund,
    my money back, rip off, ripped off, scam, worst, furious, disappointed, disappointing, lawyer, sue you,
    fed up, angry, beschwer*, unverschamt*, inakzeptabel, katastrophe, frechheit, enttauscht, anwalt, sauer,
    wutend, betrug, unzumutbar, ruckerstattung, queja, reclamacion, inaceptable, pesimo, verguenza, estafa,
    decepcionad*, abogado, reembolso, enfadad*, plainte, reclamation, inadmissible, scandaleux, honteux,
    arnaque, decu, decue, avocat, remboursement, en colere, reclamacao, inaceitavel, pessimo, vergonha,
    golpe, decepcionad*, advogado, reclamo, inaccettabile, pessimo, vergogna, truffa, delus[oa], avvocato,
    rimborso, shikayat, bakwas, ghatiya, dhokha, bekar
  `),
  cancellation: phrases(`
    cancel, cancels, cancelled, canceled, cancelling, cancellation, call off, storn*, kundig*, absagen,
    abgesagt, cancel[ao]r, cancelo, cancelacion, anular, annul*, resili*, cancelamento, cancell*,
    disd(?:ire|etta), radd kar*, cancel kar*
  `),
  reschedule: phrases(`
    reschedul*, rebook, change (?:my|the|our) (?:booking|reservation|date|dates|appointment),
    move (?:my|the|our) (?:booking|reservation|appointment|stay), postpone, another date, different date,
    umbuch*, verschieb*, verleg(?:en|t), anderen termin, anderes datum, reprogramar,
    cambiar (?:la|mi) (?:reserva|fecha|cita), aplazar, otra fecha, decaler,
    changer (?:la|ma|de) (?:reservation|date), autre date, reagendar, remarcar, adiar, outra data,
    riprogrammare, spostare, rimandare, un'altra data, tarikh badal*, date badal*
  `),
  booking: phrases(`
    book, booking, reserve, reservation, make an appointment, availab*, plan a trip, stay for,
    buch(?:en|ung|ungen), reservier*, termin, verfugbar*, zimmer frei, reserv[ao], reservar, disponib*,
    cita, reserver, rendez-vous, agendar, disponiv*, marcar, prenot*, appuntamento, book kar*, booking kar*,
    kamra chahiye, room chahiye
  `),
  pricing: phrases(`
    price, prices, pricing, cost, costs, how much, rate, rates, quote, discount, fee, fees, preis, preise,
    kosten, kostet, wie viel, wieviel, rabatt, angebot, gebuhr*, precio, precios, cuanto cuesta, cuesta,
    tarifa*, descuento, prix, combien, tarif, tarifs, remise, cout, preco, precos, quanto custa, desconto,
    prezzo, prezzi, quanto costa, sconto, tariffa, tariffe, kitna, kitne, kimat, daam
  `),
  hours_location: phrases(`
    opening hours, open until, what time, when do you open, when do you close, are you open, address,
    where are you, directions, located, location, parking, offnungszeit*, geoffnet, wann offnet, adresse,
    anfahrt, wo seid ihr, wo sind sie, parkplatz*, horario*, a que hora, direccion, donde estan, ubicacion,
    aparcamiento, horaires, quelle heure, ou etes-vous, heures d'ouverture, que horas, endereco, onde fica,
    estacionamento, orari, che ora, indirizzo, dove siete, parcheggio, kab khul*, kahan hai, pata kya,
    kitne baje
  `),
}

function phrases(list: string): string[] {
  return list.split(',').map((phrase) => phrase.trim().replace(/\s+/g, ' '))
}
