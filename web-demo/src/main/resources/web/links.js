/** One link value of a Link header: target, then parameters. Quoted strings may hold commas and semicolons (RFC 8288 §3). */
const LINK = /<([^>]*)>((?:\s*;\s*[^\s=;,"]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]*))?)*)/g;
const PARAMETER = /;\s*([^\s=;,"]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?/g;

/** More than this many slow gathering down; browsers warn from five on. */
const MAX_SERVERS = 8;

/**
 * The ICE servers that a WHIP or WHEP answer names in its Link header (RFC 9725 §4.6).
 * `fetch` joins several header lines by a comma. Targets of other schemes and TURN servers without credentials are left out.
 */
export function iceServers(header) {
  const servers = [];
  for (const [, target, tail] of (header ?? '').matchAll(LINK)) {
    const parameters = parametersOf(tail);
    const urls = target.trim();
    if (parameters.rel !== 'ice-server' || servers.length === MAX_SERVERS) continue;
    if (/^stuns?:/i.test(urls)) {
      servers.push({ urls });
    } else if (/^turns?:/i.test(urls) && parameters.username && parameters.credential) {
      servers.push({ urls, username: parameters.username, credential: parameters.credential });
    }
  }
  return servers;
}

/** The target of the first link of a relation, as it stands in a Link header; null without one. */
export function linkOf(header, rel) {
  for (const [, target, tail] of (header ?? '').matchAll(LINK)) {
    if (parametersOf(tail).rel === rel) return target.trim();
  }
  return null;
}

function parametersOf(tail) {
  const parameters = {};
  for (const [, name, quoted, bare] of tail.matchAll(PARAMETER)) {
    parameters[name.toLowerCase()] ??= quoted === undefined ? (bare ?? '') : quoted.replace(/\\(.)/g, '$1');
  }
  return parameters;
}
