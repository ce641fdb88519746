async function askSupplier(number) {
  await new Promise((resolve) => setTimeout(resolve, number))
  throw new Error(`supplier ${number} answered 503`)
}

async function askArchive() {
  await new Promise((resolve) => setTimeout(resolve, 1))
  throw new TypeError('archive is not mounted')
}

async function priceFromAny(count) {
  const asked = Array.from({ length: count }, (_, i) => askSupplier(i + 1))
  return await Promise.any(asked)
}

async function priceFromMixed() {
  return await Promise.any([askSupplier(1), askArchive()])
}

function depthOf(node) {
  if (node.depth === 0) return node.children.length
  return 1 + depthOf({ depth: node.depth - 1 })
}

function endless(n) {
  return endless(n + 1) + 1
}

function walkTree(list) {
  return list.map((node) => walkNode(node))
}

function walkNode(node) {
  if (Array.isArray(node)) return walkTree(node)
  return node.toUpperCase()
}

module.exports = { priceFromAny, priceFromMixed, depthOf, endless, walkTree }
