const orders = require('./orders/service')
const users = require('./users/service')
const payments = require('./payments/gateway')
const catalog = require('./catalog')
const files = require('./files')
const { runLater, startWithoutWaiting } = require('./jobs')
const { createReports } = require('./reports')

/** Each scenario is a function and what it is given, so that the same code can get other data. */
module.exports = (Sentry) => {
  const reports = createReports(Sentry)
  return {
    'type-error': [orders.showTotal, 17],
    'type-error-other-order': [orders.showTotal, 18],
    'same-names-elsewhere': [users.showTotal, 17],
    'same-function-other-line': [orders.showTotal, -1],
    'shared-helper-orders': [orders.requireOpen, { id: 17, state: 'closed' }],
    'shared-helper-users': [users.requireActive, { id: 3, state: 'locked' }],
    'database-refused': [orders.loadFromDatabase, 17],
    'socket-refused': [payments.ping],
    'missing-file': [files.readInvoice, '/srv/shop/invoices/2026-11-23-0017.pdf'],
    'missing-file-callback': [files.readInvoiceLater, '/srv/shop/invoices/2026-11-23-0018.pdf'],
    'bad-json': [payments.parseAnswer, '{"amount": 12,}'],
    'bad-json-other-text': [payments.parseAnswer, '<html><body>502</body></html>'],
    'cause-chain': [payments.charge, 17, 'timeout'],
    'cause-chain-other-cause': [payments.charge, 17, 'declined'],
    'all-suppliers-failed': [catalog.priceFromAny, 2],
    'all-suppliers-failed-more': [catalog.priceFromAny, 4],
    'mixed-suppliers-failed': [catalog.priceFromMixed],
    recursion: [catalog.depthOf, { depth: 3 }],
    'recursion-deeper': [catalog.depthOf, { depth: 6 }],
    'recursion-endless': [catalog.endless, 0],
    'mutual-recursion': [catalog.walkTree, [['a', ['b', null]]]],
    'mutual-recursion-deeper': [catalog.walkTree, [['a', [['c', ['d', null]]]]]],
    'thrown-string': [orders.legacyCheck, 17],
    timer: [runLater],
    'unhandled-rejection': [startWithoutWaiting],
    'dependency-only': [reports.queryClosedClient],
    'dependency-only-other': [reports.renderMissingView],
    'message-with-ids': [reports.late, 17, 'ada@shop.example', '2026-11-23T09:55:24Z'],
    'message-with-other-ids': [reports.late, 4711, 'bob@shop.example', '2026-11-20T18:01:09Z'],
    'message-other': [reports.lowStock, 17],
    'error-without-stack': [reports.importFailed, '5f2b1c9e-7d40-4c1b-9a53-0d6c2f3f9a11', 1532],
    'error-without-stack-other': [reports.importFailed, '0b0e7f5a-1d8e-4a33-8a5c-6f6d1c2b3a44', 78],
    fingerprint: [reports.withFingerprint, ['payment', '{{ error.type }}'], 17],
    'fingerprint-and-default': [
      reports.withFingerprint,
      ['{{ default }}', '{{ tags.tenant }}'],
      17,
    ],
  }
}
