/** The tabs shown on the first visit: one for each kind of account in the demo world. */
import customer from '../examples/customer.graphql?raw'
import customerVariables from '../examples/customer.json?raw'
import employee from '../examples/employee.graphql?raw'
import partner from '../examples/partner.graphql?raw'
import partnerVariables from '../examples/partner.json?raw'

export const exampleTabs = [
  { query: customer, variables: customerVariables },
  { query: partner, variables: partnerVariables },
  { query: employee },
]

/** The demo passwords as JSON writes them. The page itself prints them, so they are not secret; the examples need them. */
export const demoPasswords = new Set(
  [customerVariables, partnerVariables].map((text) => JSON.stringify(JSON.parse(text).input.password)),
)
