const fs = require('node:fs')

function readInvoice(path) {
  return fs.readFileSync(path)
}

function readInvoiceLater(path) {
  return new Promise((resolve, reject) => {
    fs.readFile(path, (error, data) => (error ? reject(error) : resolve(data)))
  })
}

module.exports = { readInvoice, readInvoiceLater }
