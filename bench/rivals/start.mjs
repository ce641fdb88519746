// As start.cjs for an ES module: start.mjs import [package]
import report from './start-report.cjs'

const specifier = process.argv[3]
if (specifier) await import(specifier)
report()
