/** Words for numbers, months, weekdays and units in the languages we write in; lower case, accents as written. */

/** Two to twelve; "one" is left out everywhere, it is an article or a pronoun too often. */
const COUNTING: Record<string, string> = {
  en: 'two three four five six seven eight nine ten eleven twelve',
  de: 'zwei drei vier fünf sechs sieben acht neun zehn elf zwölf',
  es: 'dos tres cuatro cinco seis siete ocho nueve diez once doce',
  fr: 'deux trois quatre cinq six sept huit neuf dix onze douze',
  pt: 'dois três quatro cinco seis sete oito nove dez onze doze',
  it: 'due tre quattro cinque sei sette otto nove dieci undici dodici',
}
const FURTHER: [string, number][] = [
  ['zwo', 2],
  ['duas', 2],
  ['do', 2],
  ['teen', 3],
  ['chaar', 4],
  ['paanch', 5],
]

/** Also an everyday word of the same or another language: a number only before a unit. */
export const AMBIGUOUS_WORDS = new Set([
  'once',
  'due',
  'sei',
  'neuf',
  'acht',
  'six',
  'do',
  'dos',
  'cinque',
  'dix',
  'sete',
])

export const numberWords: ReadonlyMap<string, number> = new Map([
  ...Object.values(COUNTING).flatMap((words) =>
    words.split(' ').map((word, index): [string, number] => [word, index + 2]),
  ),
  ...FURTHER,
])

const MONTHS = [
  'january january jan januar jänner enero janvier janv janeiro gennaio',
  'february feb februar febrero février févr fevereiro febbraio',
  'march mar mär märz marzo mars março',
  'april apr abril avril aprile abr avr',
  'may mai mayo maio maggio',
  'june jun juni junio juin junho giugno',
  'july jul juli julio juillet juil julho luglio',
  'august aug agosto août',
  'september sept sep septiembre septembre setembro settembre',
  'october oct okt oktober octubre octobre outubro ottobre',
  'november nov noviembre novembre novembro',
  'december dec dez dezember diciembre décembre déc dezembro dicembre',
]

/** Month name or abbreviation → 1 to 12. */
export const months: ReadonlyMap<string, number> = new Map(
  MONTHS.flatMap((names, index) => names.split(' ').map((name): [string, number] => [name, index + 1])),
)
/** Long enough to be a month without a day beside it ("in March"); "may" and "mars" are not. */
export const loneMonths: ReadonlySet<string> = new Set(
  [...months.keys()].filter(
    (name) => name.length > 3 && !['mars', 'sept', 'janv', 'juil', 'févr'].includes(name),
  ),
)

const WEEKDAYS = [
  'monday montag lunes lundi segunda-feira lunedì',
  'tuesday dienstag martes mardi terça-feira martedì',
  'wednesday mittwoch miércoles mercredi quarta-feira mercoledì',
  'thursday donnerstag jueves jeudi quinta-feira giovedì',
  'friday freitag viernes vendredi sexta-feira venerdì',
  'saturday samstag sonnabend sábado samedi sabato',
  'sunday sonntag domingo dimanche domenica',
]

/** Weekday name → 1 (Monday) to 7; the plural "s" is not part of it. */
export const weekdays: ReadonlyMap<string, number> = new Map(
  WEEKDAYS.flatMap((names, index) => names.split(' ').map((name): [string, number] => [name, index + 1])),
)

/** Unit word → what is counted; the same thing in every language. */
const UNITS: Record<string, string> = {
  person:
    'person persons people guest guests adult adults traveller travellers traveler travelers pax personen leute gast gäste gästen erwachsene erwachsenen reisende persona personas huésped huéspedes adulto adultos personne personnes adulte adultes voyageurs pessoa pessoas hóspede hóspedes persone ospiti adulti log',
  child:
    'child children kid kids kind kinder kindern niño niños enfant enfants criança crianças bambino bambini bachche',
  night:
    'night nights nacht nächte nächten übernachtung übernachtungen noche noches nuit nuits nuitée nuitées noite noites notte notti raat raatein',
  day: 'day days tag tage tagen día días jour jours dia dias giorno giorni din',
  week: 'week weeks woche wochen semana semanas semaine semaines settimana settimane hafte',
  month: 'month months monat monate monaten mes meses mois mês mese mesi mahine',
  year: 'year years jahr jahre jahren año años ans année années ano anos anno anni saal',
  hour: 'hour hours hrs stunde stunden hora horas heure heures ora ore ghante',
  minute: 'minute minutes min mins minuten minuto minutos minuti',
  room: 'room rooms zimmer zimmern suite suites habitación habitaciones chambre chambres quarto quartos camera camere kamre',
  bed: 'bed beds bett betten cama camas lit lits letto letti',
  money: 'euro euros eur dollar dollars usd rupee rupees pound pounds',
}

/** Unit word → class, like `nights` → `night`. */
export const units: ReadonlyMap<string, string> = new Map(
  Object.entries(UNITS).flatMap(([unit, words]) =>
    words.split(' ').map((word): [string, string] => [word, unit]),
  ),
)
