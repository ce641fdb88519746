// Measures what loading a package adds to a process: start.cjs require [package] | init <adapter> <port>
const report = require('./start-report.cjs')
const [, , mode, subject, port] = process.argv
if (mode === 'init') require(`./${subject}.cjs`).start({ port: Number(port) })
else if (subject) require(subject)
report()
