/**
 * What GraphiQL may write into localStorage: tabs, history, theme and sizes, without headers and passwords.
 * GraphiQL's history keeps the headers of each request even when configured not to, and variables are kept as typed.
 */
import { demoPasswords } from './examples.js'

const PREFIX = 'graphiql:'
/** These hold texts inside a JSON document; every other key holds one plain text. */
const DOCUMENTS = new Set(['tabState', 'queries', 'favorites'].map((name) => PREFIX + name))

/** The value of an entry named like a password: a block string, or a string, perhaps not finished yet. */
const SECRET = /(\w*(?:password|secret)\w*"?\s*:\s*)("""[^]*?(?:"""|$)|"(?:[^"\\\n]|\\.)*"?)/gi

function withoutSecrets(text) {
  return text.replace(SECRET, (whole, name, value) => (demoPasswords.has(value) ? whole : `${name}""`))
}

function withoutSecretsInside(json) {
  return JSON.stringify(
    JSON.parse(json, (name, value) => {
      if (name === 'headers') return null
      return typeof value === 'string' ? withoutSecrets(value) : value
    }),
  )
}

export const guardedStorage = {
  get length() {
    return ownKeys().length
  },
  getItem: (key) => localStorage.getItem(key),
  setItem: (key, value) =>
    localStorage.setItem(key, DOCUMENTS.has(key) ? withoutSecretsInside(value) : withoutSecrets(value)),
  removeItem: (key) => localStorage.removeItem(key),
  clear: () => ownKeys().forEach((key) => localStorage.removeItem(key)),
}

/**
 * GraphiQL fills its editors from storage and not from the first of its default tabs, whose variables would be lost.
 * If it is about to show the default tabs, this stores the first of them where GraphiQL looks.
 */
export function startWith({ query, variables }) {
  if (guardedStorage.getItem(`${PREFIX}tabState`) !== null) return
  guardedStorage.setItem(`${PREFIX}query`, query)
  guardedStorage.setItem(`${PREFIX}variables`, variables)
}

function ownKeys() {
  return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))
}
