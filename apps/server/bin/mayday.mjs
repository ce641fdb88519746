#!/usr/bin/env node
// Committed, unlike dist, so that npm links it at the first install and it may be executed.
await import('../dist/main.js')
