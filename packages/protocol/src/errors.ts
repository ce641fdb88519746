export const PROTOCOL_ERROR_CODES = [
  'invalid_dsn',
  'invalid_event_id',
  'empty_envelope',
  'invalid_envelope_header',
  'invalid_item_header',
  'invalid_item_length',
  'header_line_too_long',
  'too_many_items',
  'unexpected_end',
  'missing_newline',
  'invalid_auth',
  'invalid_public_key',
  'unsupported_version',
  'invalid_client_report',
] as const
export type ProtocolErrorCode = (typeof PROTOCOL_ERROR_CODES)[number]

/**
 * The one error that this package throws. The message says what was wrong and what would be right,
 * and may be shown to whoever sent the input; the code is for programs.
 */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
  readonly code: ProtocolErrorCode

  constructor(code: ProtocolErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
