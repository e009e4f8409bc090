// Data loaders, one set for each request: `ask` fetches the rows of many parents, each with its `parentId`.

import DataLoader from 'dataloader';

/** A loader for each number of rows that is asked for, made when it is needed. */
export function loadersOf(ask) {
  const byNumber = new Map();
  return (first) => {
    let loader = byNumber.get(first);
    if (loader === undefined) {
      loader = new DataLoader(async (ids) => inTurn(ids, await ask(ids, first)));
      byNumber.set(first, loader);
    }
    return loader;
  };
}

function inTurn(ids, rows) {
  const found = new Map(ids.map((id) => [id, []]));
  for (const row of rows) found.get(row.parentId).push(row);
  return ids.map((id) => found.get(id));
}
