/*
 * A page with a browser session. The guard answers three addresses below this application, and knows the session at all
 * others: claviger/session, claviger/sign-in and claviger/sign-out. Whoever is signed out elsewhere is told so when somebody
 * looks at this page again, or with its next call: a page that asked all the time would keep the session alive for ever.
 */

const tabs = new BroadcastChannel('claviger-demo.session'); // of this application in this browser

let session = { signed_in: false }; // as claviger/session said last

/** Asks who is signed in, and says so. */
async function look() {
  const response = await fetch('claviger/session', { cache: 'no-store' });
  if (response.status === 404) {
    throw new Error('here this application has no browser sessions (claviger.guard.browser-client)');
  }
  if (!response.ok) {
    throw new Error(`claviger/session answered ${response.status}`);
  }
  const before = session;
  session = await response.json();
  if (before.signed_in && !session.signed_in) {
    showMessage('You were signed out elsewhere: in another tab, of everything, or because the session is over.');
  } else if (session.signed_in && session.name !== before.name) {
    showMessage('');
  }
  showSession();
}

function signIn() {
  location.assign(`claviger/sign-in?${new URLSearchParams({ to: location.pathname })}`);
}

async function signOut() {
  const response = await fetch('claviger/sign-out', { method: 'POST', headers: secret() });
  if (!response.ok) {
    throw new Error(`claviger/sign-out answered ${response.status}`);
  }
  session = { signed_in: false };
  showSession();
  showMessage('You have signed out of this application.');
  tabs.postMessage('signed out');
  element('sign-in').focus(); // the button that had it is hidden now
}

/** Calls an endpoint of this application as if there were no security: the cookie goes along by itself. */
async function call(path, options = {}) {
  const response = await fetch(path, { cache: 'no-store', ...options });
  element('answer').textContent = `${response.status} ${await response.text()}`;
  if (response.status === 401) {
    await look();
  }
}

/** For browsers that do not say where a request comes from; all others need no more than that they do. */
function secret() {
  return { 'X-CSRF-Token': session.csrf_token };
}

// --- The page ---

function showSession() {
  element('who').textContent = session.signed_in
    ? `Signed in as ${session.name} (${session.groups.join(', ')}), until ${new Date(session.expires_at).toLocaleString()} at the latest.`
    : 'Nobody is signed in.';
  element('sign-in').hidden = session.signed_in;
  element('session').hidden = !session.signed_in;
  element('everything').hidden = !session.signed_in;
}

function showMessage(message, isError = false) {
  element('message').textContent = message;
  element('message').classList.toggle('error', isError);
}

async function attempt(step) {
  try {
    await step();
  } catch (failure) {
    showMessage(`This did not work: ${failure.message}`, true);
  }
}

function element(id) {
  return document.getElementById(id);
}

element('sign-in').addEventListener('click', signIn);
element('call').addEventListener('click', () => attempt(() => call('api/user')));
element('click').addEventListener('click', () => attempt(() => call('api/clicks', { method: 'POST', headers: secret() })));
element('sign-out').addEventListener('click', () => attempt(signOut));

tabs.addEventListener('message', () => attempt(look));
window.addEventListener('focus', () => attempt(look));
window.addEventListener('pageshow', event => event.persisted && attempt(look)); // by the back button, as it was left
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && attempt(look));
attempt(look);
