/** Puts the page together: the token bar above, GraphiQL with its three example tabs below. */
import 'graphiql/setup-workers/vite'
import '@graphiql/react/style.css'
import '@graphiql/plugin-doc-explorer/style.css'
import '@graphiql/plugin-explorer/style.css'
import '@graphiql/plugin-history/style.css'
import 'graphiql/graphiql.css'
import './page.css'

import { explorerPlugin } from '@graphiql/plugin-explorer'
import { HISTORY_PLUGIN } from '@graphiql/plugin-history'
import { GraphiQL } from 'graphiql'
import { useRef, useState } from 'react'
import { createRoot } from 'react-dom/client'

import { exampleTabs } from './examples.js'
import { graphqlFetcher } from './fetcher.js'
import { guardedStorage, startWith } from './storage.js'
import { TokenBar } from './TokenBar.jsx'

const PLUGINS = [explorerPlugin(), HISTORY_PLUGIN]

function Page() {
  const tokenField = useRef(null)
  const schemaIsKnown = useRef(false)
  const newFetcher = () => graphqlFetcher(() => tokenField.current?.value.trim())
  const [fetcher, setFetcher] = useState(newFetcher)

  // A server may show its schema to known callers only; GraphiQL asks again when it gets another fetcher.
  function askForTheSchema() {
    if (!schemaIsKnown.current) setFetcher(newFetcher)
  }

  return (
    <>
      <TokenBar field={tokenField} onSettled={askForTheSchema} />
      <main className="explorer">
        <GraphiQL
          fetcher={fetcher}
          defaultTabs={exampleTabs}
          storage={guardedStorage}
          shouldPersistHeaders={false}
          plugins={PLUGINS}
          schemaDescription
          inputValueDeprecation
          onSchemaChange={() => (schemaIsKnown.current = true)}
        />
      </main>
    </>
  )
}

startWith(exampleTabs[0])
createRoot(document.getElementById('page')).render(<Page />)
