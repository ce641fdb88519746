import { expect, test } from '@jest/globals'
import { newEventId, parseEventId } from './event-id.ts'

const ID = '9ec79c33ec9942ab8353589fcb2e04dc'

test.each([
  ['plain', ID],
  ['upper-case', ID.toUpperCase()],
  ['dashed', '9ec79c33-ec99-42ab-8353-589fcb2e04dc'],
])('an id that is %s is brought to 32 lower-case digits', (_, text) => {
  expect(parseEventId(text)).toBe(ID)
})

test.each([
  ['../../../../../../etc/passwd'],
  ['9ec79c33ec9942ab/353589fcb2e04dc'],
  [`${ID}\n`],
  [`${ID}0`],
  [ID.slice(1)],
  ['9ec79c33-ec9942ab-8353-589f-cb2e04dc'],
  [`{${ID}}`],
  ['00000000-0000-0000-0000-000000000000'],
  [''],
  [7],
  [null],
  [{}],
  [[ID]],
])('%j is no event id', (value) => {
  expect(() => parseEventId(value)).toThrow(expect.objectContaining({ code: 'invalid_event_id' }))
})

test('a new id is one, and another each time', () => {
  expect(parseEventId(newEventId())).toMatch(/^[0-9a-f]{12}4/)
  expect(newEventId()).not.toBe(newEventId())
})
