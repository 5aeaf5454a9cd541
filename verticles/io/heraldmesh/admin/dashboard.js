"use strict";
const byId = (id) => document.getElementById(id);
let token = "";

// Rows are built from text nodes only: nothing that a resource or a peer named is read as markup.
function fill(table, rows) {
  while (table.rows.length > 1) table.deleteRow(1);
  for (const cells of rows) {
    const row = table.insertRow();
    for (const cell of cells) row.insertCell().textContent = cell ?? "";
  }
}

async function refresh() {
  const answer = await fetch("/api/status", { headers: { authorization: "Bearer " + token } });
  if (!answer.ok) throw new Error(answer.status === 401 ? "That token is not accepted." : "Status " + answer.status);
  const status = await answer.json();
  byId("node").textContent = status.node;
  byId("state").textContent = status.state;
  fill(byId("parts"), status.parts.map((p) => [p.name, p.state, p.detail]));
  fill(byId("nodes"), status.nodes.map((n) => [n.name, n.revision, n.state]));
  fill(byId("certificates"), status.certificates.map((c) => [c.identity, c.notAfter, c.renews, c.lastError]));
  fill(byId("key-sets"), status.keySets.map((k) => [k.source, k.keys, k.fetched, k.failures, k.lastError]));
  byId("sign-in").hidden = true;
  byId("status").hidden = false;
}

byId("sign-in").addEventListener("submit", async (event) => {
  event.preventDefault();
  token = byId("token").value.trim();
  try {
    await refresh();
    setInterval(() => refresh().catch(() => location.reload()), 2000);
  } catch (failure) {
    byId("message").textContent = failure.message;
  }
});
