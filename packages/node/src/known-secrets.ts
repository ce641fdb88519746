const FILTERED = '[Filtered]'

/** Beginnings that the vendors chose so that their tokens are found wherever they leak to. */
const VENDOR_TOKENS = new RegExp(
  `\\b(?:${[
    '(?:AKIA|ASIA)[A-Z0-9]{16}\\b',
    'gh[pousr]_[A-Za-z0-9]{20,255}',
    'github_pat_\\w{20,255}',
    'glpat-[\\w-]{20,64}',
    'xox[a-z]-[\\w-]{10,255}',
    'xapp-[\\w-]{10,255}',
    '[spr]k_(?:live|test)_\\w{10,255}',
    'whsec_\\w{16,255}',
    'npm_[A-Za-z0-9]{36}',
    'mdy_\\w{20,255}',
    'AIza[\\w-]{35}',
    'ya29\\.[\\w-]{20,512}',
    'SG\\.[\\w-]{16,64}\\.[\\w-]{16,64}',
    'sk-[\\w-]{20,255}',
    'dop_v1_[a-f0-9]{64}',
    'hf_[A-Za-z0-9]{30,64}',
  ].join('|')})`,
  'g',
)
const MAY_HOLD_TOKEN =
  /AKIA|ASIA|gh[pousr]_|github_pat|glpat-|xox|xapp-|[spr]k[_-]|whsec_|npm_|mdy_|AIza|ya29|SG\.|dop_v1|hf_/

/** Takes out tokens that are known by how they begin. Linear in the length of the text. */
export function scrubVendorTokens(text: string): string {
  return MAY_HOLD_TOKEN.test(text) ? text.replace(VENDOR_TOKENS, FILTERED) : text
}

const E_MAIL =
  /(?<![\w.%+-])[\w.%+-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,8}(?!(?:png|jpe?g|gif|svg|webp|avif|css|[cm]?[jt]sx?|json)\b)[a-z]{2,24}\b/gi
const CARD = /(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])/g
/** Lengths of the brands, by how their numbers begin. */
const CARD_BRAND =
  /^(?:4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]|2[2-7]|35|6[045])\d{14}|3[47]\d{13}|3[068]\d{12})$/
const SOCIAL_SECURITY = /(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?![\w-])/g
const IBAN = /\b[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/g

/** Takes out e-mail addresses and numbers of cards, accounts and persons, by their check digits. */
export function scrubPersonalData(text: string): string {
  const withoutAddresses = text.includes('@') ? text.replace(E_MAIL, FILTERED) : text
  if (!/\d\d/.test(withoutAddresses)) return withoutAddresses
  return withoutAddresses
    .replace(CARD, (number) => (isCard(number.replace(/[ -]/g, '')) ? FILTERED : number))
    .replace(SOCIAL_SECURITY, FILTERED)
    .replace(IBAN, (number) => (isIban(number.replaceAll(' ', '')) ? FILTERED : number))
}

/** Luhn's sum; the brand's length comes first, since one number in ten has the right sum by chance. */
function isCard(digits: string): boolean {
  if (!CARD_BRAND.test(digits)) return false
  let sum = 0
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index])
    const doubled = index % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

/** ISO 13616: moved round, with letters as 10 to 35, the number leaves 1 when divided by 97. */
function isIban(text: string): boolean {
  let remainder = 0
  for (const sign of `${text.slice(4)}${text.slice(0, 4)}`) {
    const value = Number.parseInt(sign, 36)
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97
  }
  return remainder === 1
}

const KEY_BLOCK_BEGIN = '-----BEGIN '
const KEY_BLOCK_END = '-----END '

/** Takes out every private key between its marks; one whose end is cut off goes up to the end. */
export function scrubKeyBlocks(text: string): string {
  let begin = text.indexOf(KEY_BLOCK_BEGIN)
  let result = ''
  let copied = 0
  while (begin !== -1) {
    let next = begin + KEY_BLOCK_BEGIN.length
    if (text.slice(begin, begin + 60).includes('PRIVATE KEY')) {
      result += `${text.slice(copied, begin)}${FILTERED}`
      const end = text.indexOf(KEY_BLOCK_END, next)
      if (end === -1) return result
      const mark = /^-----END [A-Z ]{0,40}-----/.exec(text.slice(end, end + 60))
      next = end + (mark?.[0].length ?? 0)
      copied = next
      // An end without its dashes is no mark, but the next search must not find the same one.
      if (mark === null) next++
    }
    begin = text.indexOf(KEY_BLOCK_BEGIN, next)
  }
  return result + text.slice(copied)
}
