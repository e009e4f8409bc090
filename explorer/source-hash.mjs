/**
 * Says from which sources the page was built: one SHA-256 over everything in this folder but node_modules.
 * `node source-hash.mjs` prints it, `node source-hash.mjs FILE` writes it. A test computes the same in Python.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = import.meta.dirname

function sources(folder = '') {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder ? `${folder}/${entry.name}` : entry.name
    if (!entry.isDirectory()) return [path]
    return entry.name === 'node_modules' ? [] : sources(path)
  })
}

/** One line a file, as sha256sum prints it, so that a path can never run into a content. */
function manifest() {
  return sources()
    .sort()
    .map((path) => `${sha256(readFileSync(join(ROOT, path)))}  ${path}\n`)
    .join('')
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex')
}

const target = process.argv[2]
const line = `${sha256(manifest())}\n`
if (target) writeFileSync(target, line)
else process.stdout.write(line)
