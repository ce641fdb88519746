/**
 * Every size and count that a sender must keep to. What is larger is refused where the comment says
 * so, else cut, and the cut is noted in the event's `errors`.
 */

const KIB = 1024
const MIB = 1024 * KIB

// One request. Larger: 413, or 400 for a header line, too many items and too deep JSON.
export const MAX_COMPRESSED_BYTES = 20 * MIB
export const MAX_ENVELOPE_BYTES = 100 * MIB
export const MAX_HEADER_LINE_BYTES = 8 * KIB
export const MAX_ITEMS = 100
/** Of JSON as it arrives. V8 parses deeper input, but cannot write it out again. */
export const MAX_JSON_DEPTH = 128

// One item's payload. A larger event is answered with 413; other items are dropped with an outcome.
export const MAX_EVENT_BYTES = 1 * MIB
export const MAX_ATTACHMENT_BYTES = 20 * MIB
/** Of all attachments in one envelope. Those beyond either limit are dropped. */
export const MAX_ATTACHMENTS_BYTES = 50 * MIB
export const MAX_ATTACHMENTS = 20
export const MAX_SESSION_BYTES = 10 * MIB
export const MAX_CLIENT_REPORT_BYTES = 100 * KIB
/** Of a whole request to `/security/`, and of one report in an envelope. */
export const MAX_SECURITY_REPORT_BYTES = 64 * KIB
export const MAX_CHECK_IN_BYTES = 100 * KIB

/** What a project opens in one hour; events of further groups share one issue. */
export const MAX_NEW_ISSUES_PER_HOUR = 1000

// Lists of one event.
/** The newest frames stay: those nearest to where it happened. */
export const MAX_FRAMES = 250
/** In a longer stack the frames in the middle lose their variables and source lines. */
export const MAX_FRAMES_WITH_CONTEXT = 50
/** Half from each end of the chain. */
export const MAX_EXCEPTIONS = 50
export const MAX_BREADCRUMBS = 100
export const MAX_TAGS = 100

// Strings of one event, in UTF-16 code units.
export const MAX_MESSAGE_CHARS = 8192
export const MAX_EXCEPTION_TYPE_CHARS = 128
export const MAX_EXCEPTION_VALUE_CHARS = 8192
export const MAX_BREADCRUMB_MESSAGE_CHARS = 1024
export const MAX_TAG_KEY_CHARS = 200
export const MAX_TAG_VALUE_CHARS = 200
export const MAX_TRANSACTION_CHARS = 200
export const MAX_CULPRIT_CHARS = 200
export const MAX_RELEASE_CHARS = 200
export const MAX_DIST_CHARS = 64
export const MAX_ENVIRONMENT_CHARS = 64
export const MAX_LOGGER_CHARS = 64
export const MAX_SERVER_NAME_CHARS = 256
export const MAX_URL_CHARS = 2048
export const MAX_USER_FIELD_CHARS = 128

// Free data of one event, as bytes of JSON.
export const MAX_STORED_DEPTH = 7
export const MAX_EXTRA_BYTES = 256 * KIB
export const MAX_EXTRA_VALUE_BYTES = 16 * KIB
/** Of one context; an event has several. */
export const MAX_CONTEXT_BYTES = 8 * KIB
/** Each of request data, headers and env. */
export const MAX_REQUEST_PART_BYTES = 16 * KIB
export const MAX_COOKIES_BYTES = 4 * KIB
export const MAX_QUERY_BYTES = 4 * KIB
/** Local variables of one frame. */
export const MAX_VARS_BYTES = 4 * KIB
export const MAX_BREADCRUMB_DATA_BYTES = 2 * KIB
export const MAX_USER_DATA_BYTES = 2 * KIB
export const MAX_MODULES_BYTES = 16 * KIB

// Feedback, in UTF-16 code units.
export const MAX_FEEDBACK_CHARS = 4096
export const MAX_FILE_NAME_CHARS = 200
export const MAX_CONTENT_TYPE_CHARS = 128

// Times.
/** An event may be this far ahead of its receipt; beyond, the time of receipt stands. */
export const MAX_TIMESTAMP_AHEAD_SECONDS = 60
/** A client clock that differs by less than this from ours is taken as right. */
export const MIN_CLOCK_DRIFT_SECONDS = 55 * 60
/** How long a client waits after a 429 that does not say. */
export const DEFAULT_RETRY_AFTER_SECONDS = 60
/** A wrong header must not silence a program for ever. */
export const MAX_RETRY_AFTER_SECONDS = 24 * 60 * 60
