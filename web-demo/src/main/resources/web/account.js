import { Problem } from './problem.js';

/** Why no media can flow over a connection, as far as the browser knows: what it tried, what answered, and what a person can do. */
export async function accountOf(connection) {
  const { iceServers, iceTransportPolicy } = connection.getConfiguration();
  return account({
    entries: [...(await connection.getStats()).values()],
    answer: connection.remoteDescription?.sdp ?? '',
    page: location.hostname,
    relays: iceTransportPolicy === 'relay' ? iceServers.flatMap(({ urls }) => urls) : [],
  });
}

/**
 * The same of what was gathered: `entries` of getStats(), the answer's SDP, the host that the page came from, and the relays that are the only way
 * allowed, none where all ways are.
 */
export function account({ entries, answer, page, relays }) {
  const of = (type) => entries.filter((entry) => entry.type === type);
  const answered = of('candidate-pair').some(({ responsesReceived }) => responsesReceived > 0);
  if (answered) return handshake(of('transport').some(({ dtlsState }) => dtlsState === 'failed'));
  if (of('local-candidate').length === 0) return relays.length > 0 ? noRelay(relays) : noAddress();
  return noAnswer(candidatesOf(answer), page, relays.length > 0);
}

function handshake(refused) {
  return new Problem({
    sentence: refused
      ? 'The server’s media port answered, but the encrypted handshake (DTLS) was refused.'
      : 'The server’s media port answered, but the encrypted handshake (DTLS) does not come to an end.',
    advice: 'Something on the way may inspect what it lets through, or drop larger packets, as some VPNs and company networks do: try another network.',
  });
}

function noRelay(relays) {
  return new Problem({
    sentence: `No relay took this browser in: ${relays.join(', ')}.`,
    advice: 'It must run, be reachable from here and share its secret with the server: see “./spillway turn-config”.',
  });
}

function noAddress() {
  return new Problem({
    sentence: 'This browser gives WebRTC no address to send from.',
    advice: 'A privacy setting, an extension or a company’s policy can forbid it: allow WebRTC, or use another browser.',
  });
}

function noAnswer(candidates, page, relayed) {
  const tried = candidates.map(({ address, port, protocol }) => `${address.includes(':') ? `[${address}]` : address}:${port} (${protocol})`);
  const elsewhere = !isPrivate(page) && candidates.length > 0 && candidates.every(({ address }) => isPrivate(address));
  return new Problem({
    sentence: `The server answered this page, but nothing came back from its media port: tried ${tried.join(', ') || 'no address, as it named none'}${relayed ? ' through the relay' : ''}.`,
    advice: elsewhere
      ? 'These are addresses of the server’s own network: its operator must name the public one in media.addresses, and let UDP and TCP through to that port.'
      : `A firewall on the way may block it: the server’s must let UDP and TCP through to port ${candidates[0]?.port ?? 8189}. Or try another network.`,
  });
}

/** Each address of an answer once, with the protocols that it is offered by. */
function candidatesOf(sdp) {
  const found = new Map();
  for (const [, protocol, address, port] of sdp.matchAll(/^a=candidate:\S+ 1 (\S+) \d+ (\S+) (\d+) /gm)) {
    const key = `${address} ${port}`;
    const before = found.get(key);
    const protocols = [...new Set([...(before?.protocols ?? []), protocol.toUpperCase()])];
    found.set(key, { address, port: Number(port), protocols, protocol: protocols.join(' and ') });
  }
  return [...found.values()];
}

/** Whether a host is of a network that the rest of the world does not reach: private, link-local or loopback (RFC 1918, 3927, 4193, 4291), or a name of this machine or network. */
function isPrivate(host) {
  return /^(10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[?(f[cd]|fe[89ab])[0-9a-f]*:|\[?::1\]?$|localhost$|[^.:]+$|.*\.(local|lan|internal|home\.arpa)$)/i.test(host);
}
