/** How the page asks the API: same origin, so the session cookie travels, and the token when there is one. */
const ENDPOINT = '/graphql'

/** `token` is a function, so that every request takes what is in the field at that moment. */
export function graphqlFetcher(token) {
  return async (operation, { headers } = {}) => {
    const response = await fetch(ENDPOINT, {
      method: 'POST',
      credentials: 'same-origin',
      headers: requestHeaders(token(), headers),
      body: JSON.stringify(operation),
    })
    return answer(response)
  }
}

/** What a person wrote into the headers editor comes last, and wins. */
function requestHeaders(token, written) {
  const headers = new Headers({
    'content-type': 'application/json',
    accept: 'application/graphql-response+json, application/json;q=0.9',
  })
  if (token) headers.set('authorization', `Bearer ${token}`)
  for (const [name, value] of Object.entries(written ?? {})) headers.set(name, value)
  return headers
}

/** A refusal is JSON too; only something between the page and the API answers anything else. */
async function answer(response) {
  const text = await response.text()
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`The answer is not JSON (HTTP ${response.status}): ${text.slice(0, 200)}`)
  }
}
