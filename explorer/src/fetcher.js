/** Sends requests to the API: to the same origin, so that the session cookie is sent, and with the token if there is one. */
const ENDPOINT = '/graphql'

/** `token` is a function, so that every request uses the current content of the field. */
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

/** Headers from the headers editor come last and take precedence. */
function requestHeaders(token, written) {
  const headers = new Headers({
    'content-type': 'application/json',
    accept: 'application/graphql-response+json, application/json;q=0.9',
  })
  if (token) headers.set('authorization', `Bearer ${token}`)
  for (const [name, value] of Object.entries(written ?? {})) headers.set(name, value)
  return headers
}

/** The API answers errors as JSON too; anything else comes from a proxy between the page and the API. */
async function answer(response) {
  const text = await response.text()
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`The answer is not JSON (HTTP ${response.status}): ${text.slice(0, 200)}`)
  }
}
