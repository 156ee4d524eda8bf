/**
 * What guests ask, and the passage of a hotel's own pages that answers it, as a chunk has it: heading and text.
 * Question and passage share hardly a word that says anything, and neighbours are close on purpose (three about
 * arriving, three about money, two about children). Written for this test.
 */
export const PARAPHRASES: { question: string; passage: string }[] = [
  [
    'Can I call off my reservation without paying?',
    'Cancellation',
    'Bookings may be cancelled free of charge until 48 hours before arrival. After that the first night is due.',
  ],
  [
    'We would like to stay one night more',
    'Extending your visit',
    'You can prolong your stay at the reception as long as the room is free. The rate of the day applies.',
  ],
  [
    'When can we get into our room?',
    'Check-in',
    'Your room is ready from 3 pm. Earlier arrival is offered for a fee where the house is not full.',
  ],
  [
    'How late may we leave on the last day?',
    'Check-out',
    'Rooms must be vacated by 11 am on the day of departure. Late check-out until 2 pm costs 30 euros.',
  ],
  [
    'Is my dog welcome?',
    'Pets',
    'Animals up to 20 kg are accepted for an extra cleaning charge, but not in the restaurant.',
  ],
  [
    'Where can we leave our car?',
    'Parking',
    'Guests use our underground garage at 18 euros per night. Its height is limited to 2 metres.',
  ],
  [
    'I have to plug in my Tesla',
    'Charging stations',
    'Two wallboxes with 22 kW for electric vehicles stand next to the entrance; power is paid by the kWh.',
  ],
  [
    'How do we reach you after our flight?',
    'Airport transfer',
    'A shuttle bus runs every hour between the terminal and the hotel. A taxi takes about 25 minutes.',
  ],
  [
    'Can we come by train?',
    'Public transport',
    'The central railway station is a five minute walk away. Tram line 4 stops outside the door.',
  ],
  [
    'What is there to eat in the morning?',
    'Breakfast',
    'Our buffet has bread, eggs, fruit and hot dishes from 6.30 until 10.30.',
  ],
  [
    'I cannot have gluten',
    'Special diets',
    'The kitchen prepares meals for celiacs and people with food allergies when told a day before.',
  ],
  [
    'Do I pay for my five year old son?',
    'Children',
    'Kids under six sleep free in the bed of their parents; from six to twelve half of the price applies.',
  ],
  ['We travel with a newborn', 'Cots', 'Baby beds and high chairs for infants are provided at no cost.'],
  [
    'How do I get online?',
    'Wi-Fi',
    'Wireless internet is complimentary in all areas of the house. The password is on the key card.',
  ],
  [
    'Where can I go for a swim?',
    'Pool',
    'The indoor basin on the top floor is heated to 28 degrees and open from 7 am until 9 pm.',
  ],
  [
    'I would love a massage',
    'Spa',
    'Treatments, facials and the sauna are booked at the wellness desk on the first floor.',
  ],
  [
    'Is there somewhere to work out?',
    'Gym',
    'The fitness room with weights and treadmills is open around the clock.',
  ],
  [
    'My mother uses a wheelchair',
    'Accessibility',
    'Four rooms are barrier-free, with wide doors and a level shower. All floors are reached by lift.',
  ],
  [
    'My shirts are dirty',
    'Laundry',
    'Clothes handed in before 9 am are washed and ironed by the same evening.',
  ],
  [
    'May I have a cigarette on my balcony?',
    'Smoking',
    'Tobacco is allowed in the open air only. Fumes in the bedrooms cost 150 euros for cleaning.',
  ],
  [
    'It is far too hot in here',
    'Air conditioning',
    'The temperature is set on the panel by the door; it stops while a window is open.',
  ],
  [
    'I left my jacket behind',
    'Lost and found',
    'Forgotten items are kept for six months and sent to you at your expense.',
  ],
  [
    'I was charged twice',
    'Refunds',
    'Duplicate payments go back to the same account within five working days.',
  ],
  [
    'My employer needs the bill',
    'Invoices',
    'Receipts are made out to a company address with its VAT number on request.',
  ],
  [
    'Do you take Amex?',
    'Means of payment',
    'We accept Visa, Mastercard, American Express and cash in euros.',
  ],
  [
    'Why is money blocked on my account before I arrive?',
    'Deposit',
    'We reserve 50 euros on your credit card as a security for extras and release them at departure.',
  ],
  [
    'We plan a wedding for eighty people',
    'Celebrations',
    'The ballroom seats up to 120 guests for marriages, birthdays and banquets.',
  ],
  [
    'I have to run a workshop for my team',
    'Meetings',
    'Conference rooms with projector and flip chart are rented by the half day, coffee included.',
  ],
  [
    'The people next door will not let me sleep',
    'Noise',
    'Quiet time begins at 10 pm. Please tell the night porter about loud neighbours.',
  ],
  [
    'What do I get for coming back so often?',
    'Loyalty programme',
    'Members collect points for every stay and redeem them for free nights and upgrades.',
  ],
].map(([question = '', heading = '', text = '']) => ({ question, passage: `${heading}\n${text}` }))
