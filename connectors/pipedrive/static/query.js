// What Pipedrive says in the address of the page: which records it was opened for.

/** Returns what the address and its `data` say; a modal that an app opens has everything in `data`, perhaps nested. */
export function opened(search = window.location.search) {
  const said = new URLSearchParams(search);
  const data = unpacked(said.get("data"));
  const get = (name) => said.get(name) || data[name] || "";
  return {
    resource: String(get("resource")),
    view: String(get("view")),
    selectedIds: ids(get("selectedIds")),
    excludedIds: ids(get("excludedIds")),
    filter: filterOf(get("filter")),
  };
}

function unpacked(text) {
  let found = parsed(text);
  for (let depth = 0; depth < 3 && found && "data" in found; depth += 1) {
    found = { ...found, ...parsed(found.data), data: undefined };
    if (found.data === undefined) delete found.data;
  }
  return found ?? {};
}

function parsed(given) {
  if (given && typeof given === "object") return Array.isArray(given) ? null : given;
  try {
    const found = JSON.parse(given);
    return found && typeof found === "object" && !Array.isArray(found) ? found : null;
  } catch {
    return null;
  }
}

function ids(given) {
  const parts = Array.isArray(given) ? given : String(given).split(",");
  return parts.map((part) => String(part).trim()).filter((part) => /^\d{1,15}$/.test(part)).map(Number);
}

function filterOf(given) {
  const found = parsed(given);
  if (!found) return null;
  for (const name of ["filter_id", "user_id"]) {
    if (/^\d{1,15}$/.test(String(found[name]))) return { [name]: Number(found[name]) };
  }
  return found.everyone && String(found.everyone) !== "0" ? { everyone: true } : null;
}
