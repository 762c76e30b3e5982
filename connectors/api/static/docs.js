// Lists the operations, and tries them with the key that was entered. The key is kept in memory alone.
/* global SwaggerUIBundle */

const reference = document.getElementById("reference");
const form = document.getElementById("key-form");
const field = document.getElementById("key");
const state = document.getElementById("key-state");
const dark = window.matchMedia("(prefers-color-scheme: dark)");

const shade = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", shade);
shade();

const nothing = () => () => null;
const ui = SwaggerUIBundle({
  url: reference.dataset.document,
  domNode: reference,
  layout: "BaseLayout",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  syntaxHighlight: { theme: "tomorrow-night" },
  // Else the document's address would be sent to a validator on another host.
  validatorUrl: null,
  // One way to give the key: the form above.
  plugins: [{ wrapComponents: { authorizeBtn: nothing, authorizeOperationBtn: nothing } }],
});

// Fields of a form are read as JSON by Swagger UI, which rounds a DLT id of 19 digits. Quoted, it stays as it was typed.
const asTyped = (value) => (typeof value === "string" ? JSON.stringify(value) : value);
function withFormAsTyped(request) {
  const { requestBody } = request;
  if (typeof requestBody !== "object" || requestBody === null) return request;
  const entries = Object.entries(requestBody).map(([name, value]) => [name, asTyped(value)]);
  return { ...request, requestBody: Object.fromEntries(entries) };
}
for (const name of ["buildRequest", "execute"]) {
  const original = ui.fn[name];
  ui.fn[name] = (request) => original(withFormAsTyped(request));
}

function tell(kind, text) {
  state.dataset.kind = kind;
  state.textContent = text;
}

function allow(key) {
  ui.preauthorizeApiKey("ApiKey", key);
}

async function prove(key) {
  const response = await fetch(form.dataset.account, { headers: { Authorization: `Bearer ${key}` } });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.detail);
  return answer.customer_id;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const key = field.value.trim();
  if (!/^[!-~]+$/.test(key)) {
    tell("bad", "Enter a key. It begins with mck_ and has no spaces.");
    field.focus();
    return;
  }
  tell("waiting", "Trying it …");
  try {
    const account = await prove(key);
    allow(key);
    tell("good", `It works. You act for the account ${account}.`);
  } catch (error) {
    tell("bad", error instanceof TypeError ? "The service does not answer. Try again in a moment." : error.message);
    field.focus();
  }
});
