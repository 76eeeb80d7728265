/*
 * A public OAuth 2.0 client: authorization code with PKCE (RFC 7636), the answer tied to the request by state and to
 * the server by iss (RFC 9207). The tokens are kept in memory only, where they cannot outlive the page.
 */

const CLIENT_ID = 'demo';
const SCOPE = 'profile demo';
const REDIRECT_URI = `${location.origin}/demo/`;
const ISSUER = `${location.origin}/api/v2/auth`;
const METADATA = `${location.origin}/.well-known/oauth-authorization-server/api/v2/auth`;

// In the session storage, which belongs to this tab: the request under way, and whether a reload signs in again.
const PENDING = 'claviger-demo.pending';
const SIGNED_IN = 'claviger-demo.signed-in';

let server; // the metadata of the authorization server
let tokens; // the answer of its token endpoint, while signed in

/** A failure in words for the reader, with a link where one helps. */
class Refusal extends Error {
  constructor(message, link) {
    super(message);
    this.link = link;
  }
}

// --- The protocol ---

/** The metadata (RFC 8414 §3), of use only if it names the issuer that it was asked for (§3.3). */
async function discover() {
  const response = await fetch(METADATA);
  if (!response.ok) {
    throw new Refusal(`The authorization server is not available: its metadata answered ${response.status}.`);
  }
  const metadata = await response.json();
  if (metadata.issuer !== ISSUER) {
    const home = new URL('/demo/', metadata.issuer);
    throw new Refusal(`The authorization server calls itself ${metadata.issuer}. Please open this page at`, home);
  }
  return metadata;
}

async function signIn() {
  const pending = { state: random(), verifier: random() };
  sessionStorage.setItem(PENDING, JSON.stringify(pending));
  const challenge = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(pending.verifier));
  const url = new URL(server.authorization_endpoint);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: CLIENT_ID,
    redirect_uri: REDIRECT_URI,
    scope: SCOPE,
    state: pending.state,
    code_challenge: base64url(challenge),
    code_challenge_method: 'S256',
  });
  location.assign(url);
}

/** Takes the answer to the authorization request out of the address bar, checks it and turns its code into tokens. */
async function redeem() {
  const answer = new URLSearchParams(location.search);
  const pending = JSON.parse(sessionStorage.getItem(PENDING));
  // Both are good for one use: the code must not stay in the history, nor the verifier in the storage.
  history.replaceState(null, '', location.pathname);
  sessionStorage.removeItem(PENDING);
  if (pending === null || answer.get('state') !== pending.state) {
    throw new Refusal('This answer does not belong to a sign-in that began in this tab. Please sign in again.');
  }
  if (answer.get('iss') !== server.issuer) {
    throw new Refusal('This answer comes from another authorization server. Please sign in again.');
  }
  if (answer.has('error')) {
    throw refusal(Object.fromEntries(answer));
  }
  await requestTokens('Signed in', {
    grant_type: 'authorization_code',
    code: answer.get('code'),
    code_verifier: pending.verifier,
    redirect_uri: REDIRECT_URI,
  });
  sessionStorage.setItem(SIGNED_IN, 'yes');
}

async function refresh() {
  // A refresh token works once: sent again by an impatient second click, it would look stolen and end the session.
  element('session').disabled = true;
  try {
    await requestTokens('Refreshed', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token });
  } catch (failure) {
    forget(); // even if no answer came: the refresh token may have been used up all the same
    throw failure;
  } finally {
    element('session').disabled = false;
  }
  element('refresh').focus(); // which it lost while it was disabled
}

async function requestTokens(done, parameters) {
  const body = new URLSearchParams({ ...parameters, client_id: CLIENT_ID });
  const response = await fetch(server.token_endpoint, { method: 'POST', body, credentials: 'omit' });
  if (!isJson(response)) {
    throw new Refusal(`The authorization server failed: its token endpoint answered ${response.status}.`);
  }
  const answer = await response.json();
  if (!response.ok) {
    throw refusal(answer);
  }
  tokens = answer;
  const expiry = new Date(Date.now() + tokens.expires_in * 1000);
  showMessage(`${done}. The access token expires at ${expiry.toLocaleTimeString()}.`);
  showSession();
  await callEndpoints('with-token', { Authorization: `Bearer ${tokens.access_token}` });
}

function refusal({ error, error_description: description }) {
  return new Refusal(`The authorization server refused: ${description ? `${description} (${error})` : error}`);
}

function signOut() {
  forget();
  showMessage('The tokens are forgotten. The server may still know you and sign you in again without asking.');
}

function forget() {
  tokens = undefined;
  sessionStorage.removeItem(SIGNED_IN);
  showSession();
  document.querySelectorAll('td.with-token').forEach(cell => cell.replaceChildren('–'));
  element('sign-in').focus(); // the button that had it is hidden now
}

/** Calls every endpoint of the table and writes into its cell the status, then the JSON or the challenge. */
async function callEndpoints(column, headers) {
  const rows = [...document.querySelectorAll('tr[data-endpoint]')];
  await Promise.all(
    rows.map(async row => {
      // No cookies: nothing but the token may decide about the answer.
      const response = await fetch(row.dataset.endpoint, { headers, credentials: 'omit', cache: 'no-store' });
      const body = await response.text();
      const detail = isJson(response) ? body : response.headers.get('WWW-Authenticate');
      row.querySelector(`td.${column}`).replaceChildren(
        text('strong', response.status, response.ok ? 'answered' : 'refused'),
        ' ',
        text('span', detail ?? '', 'detail'),
      );
    }),
  );
}

// --- The page ---

function showMessage(message, isError = false) {
  element('message').textContent = message;
  element('message').classList.toggle('error', isError);
}

function showSession() {
  const claims = tokens ? decode(tokens.access_token) : {};
  element('claims').replaceChildren(
    ...Object.entries(claims).flatMap(([name, value]) => [text('dt', name), text('dd', readable(name, value))]),
  );
  element('sign-in').hidden = Boolean(tokens);
  element('session').hidden = !tokens;
  element('token').hidden = !tokens;
}

function decode(jwt) {
  const payload = jwt.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
  const bytes = Uint8Array.from(atob(payload), character => character.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}

function readable(name, value) {
  const isTime = ['auth_time', 'exp', 'iat', 'nbf'].includes(name);
  return isTime ? `${value} = ${new Date(value * 1000).toLocaleString()}` : JSON.stringify(value);
}

/** Runs a step of the page; whatever goes wrong is told to the reader. */
async function attempt(step) {
  try {
    await step();
  } catch (failure) {
    showMessage(failure instanceof Refusal ? failure.message : `This did not work: ${failure.message}`, true);
    if (failure.link) {
      const link = text('a', failure.link);
      link.href = failure.link;
      element('message').append(' ', link);
    }
  }
}

async function start() {
  server = await discover();
  element('sign-in').disabled = false;
  if (new URLSearchParams(location.search).has('state')) {
    await redeem();
  } else if (sessionStorage.getItem(SIGNED_IN)) {
    // A reload has lost the tokens, but the server still knows the user and answers at once with new ones.
    sessionStorage.removeItem(SIGNED_IN); // so that a refusal cannot send the browser round in circles
    await signIn();
  }
}

// --- Small helpers ---

function element(id) {
  return document.getElementById(id);
}

function text(tag, content, className = '') {
  return Object.assign(document.createElement(tag), { textContent: content, className });
}

function isJson(response) {
  return response.headers.get('Content-Type')?.startsWith('application/json');
}

function random() {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

function base64url(bytes) {
  const base64 = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

element('sign-in').addEventListener('click', () => attempt(signIn));
element('refresh').addEventListener('click', () => attempt(refresh));
element('sign-out').addEventListener('click', () => attempt(signOut));
attempt(start);
attempt(() => callEndpoints('without-token', {}));
