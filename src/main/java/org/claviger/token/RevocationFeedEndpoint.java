package org.claviger.token;

import jakarta.json.spi.JsonProvider;
import jakarta.json.stream.JsonGenerator;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.client.Client;
import org.claviger.client.ClientCredentials;
import org.claviger.client.Clients;
import org.claviger.database.Freshness;
import org.claviger.database.WatchedClock;
import org.claviger.http.Answers;
import org.claviger.http.Endpoint;
import org.claviger.http.Requests;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.revocation.KnownRevocations.Ended;
import org.claviger.revocation.RevocationJournal;
import org.claviger.revocation.RevocationView;
import org.claviger.settings.RandomTokens;

/**
 * Tells resource servers what ends access tokens before their time: {@code GET <issuer>/revocations?after=…&wait=…}, for confidential
 * clients that are registered with a {@code resource}. It names identifiers as tokens carry them, and instants; not who ended something, nor
 * why, nor anything of people.
 *
 * <p>{@code after} is what a follower has of each node, {@code <node>.<number>} separated by commas: the node that answers finds itself
 * there and tells what came since; one that does not, because it is another node or was started anew, tells all that is alive. What
 * a follower hears twice does no harm, so it may ask any node each time. {@code clients} is the mark of the disabled clients that it knows,
 * which are told as a whole. {@code wait} is for how many seconds the answer may wait for something to tell.
 */
public final class RevocationFeedEndpoint extends Endpoint {
    /** Each of them holds a thread of the server, of which Payara Server has five unless told otherwise; others are answered at once. */
    private static final int MOST_WAITING = 2;

    /** An answer of all that is alive may have megabytes. */
    private static final int MOST_WHOLE = 2;

    /** For so long as many followers wait until others have been told, which mostly takes milliseconds: each holds a thread too. */
    private static final Duration LONGEST_TURN = Duration.ofSeconds(1);

    private static final Duration WHOLE_RETRY_AFTER = Duration.ofSeconds(1);

    /** In seconds. */
    private static final int LONGEST_WAIT = 20;

    /** After this a waiting answer looks for disabled clients, which nobody tells it of. */
    private static final Duration LOOK = Duration.ofMillis(200);

    private static final int MOST_NODES = 64;
    private static final Pattern POSITION = Pattern.compile("([A-Za-z0-9_-]{1,64})\\.([0-9]{1,18})");
    private static final Pattern WAIT = Pattern.compile("[0-9]{1,3}");
    private static final JsonProvider JSON = JsonProvider.provider();

    private final ClientAuthentication authentication;
    private final Clients clients;
    private final RevocationView revocations;
    private final String node;
    private final Freshness freshness;
    private final WatchedClock clock;
    private final Semaphore waiting = new Semaphore(MOST_WAITING);
    private final Semaphore whole = new Semaphore(MOST_WHOLE, true); // nobody overtakes who waits
    private final Semaphore toldOrWaiting = new Semaphore(2 * MOST_WHOLE);

    /**
     * @param node a name that no other node has, and that this one has until it stops
     * @param clock by which followers forget
     */
    public RevocationFeedEndpoint(
            ClientAuthentication authentication,
            Clients clients,
            RevocationView revocations,
            String node,
            Freshness freshness,
            WatchedClock clock) {
        this.authentication = authentication;
        this.clients = clients;
        this.revocations = revocations;
        this.node = node;
        this.freshness = freshness;
        this.clock = clock;
    }

    @Override
    protected String allowedMethods() {
        return "GET";
    }

    @Override
    protected void answer(HttpServletRequest request, HttpServletResponse response) throws OAuthException, IOException {
        authorize(request);
        Parameters parameters = Requests.query(request);
        parameters.refuseRepeated();
        long number = number(parameters.find("after").orElse(""));
        String mark = parameters.find("clients").orElse("");
        int seconds = seconds(parameters.find("wait").orElse("0"));
        if (number >= 0 && seconds > 0 && waiting.tryAcquire()) {
            try {
                await(number, mark, seconds);
            } finally {
                waiting.release();
            }
        }
        if (revocations.journal().reaches(number)) {
            tell(number, response);
        } else {
            tellWhole(number, response);
        }
    }

    private void tellWhole(long number, HttpServletResponse response) throws OAuthException, IOException {
        requireTurn(toldOrWaiting.tryAcquire());
        try {
            requireTurn(awaitTurn());
            try {
                tell(number, response);
            } finally {
                whole.release();
            }
        } finally {
            toldOrWaiting.release();
        }
    }

    private static void requireTurn(boolean turn) throws OAuthException {
        if (!turn) {
            throw OAuthException.unavailable("others are told everything", WHOLE_RETRY_AFTER);
        }
    }

    private boolean awaitTurn() {
        try {
            return whole.tryAcquire(LONGEST_TURN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void tell(long number, HttpServletResponse response) throws OAuthException, IOException {
        Duration age = freshness.staleness(); // before it is read, for that is what is known for sure
        Set<String> disabled = clients.disabled();
        RevocationJournal.Page page = revocations.journal().after(number);
        revocations.requireFresh();
        if (clock.problem().isPresent()) {
            throw OAuthException.unavailable("the clock of this node is wrong", WHOLE_RETRY_AFTER);
        }
        Answers.send(response, HttpServletResponse.SC_OK, "application/json", render(page, age, disabled));
    }

    /** Piece by piece, for the first answer may be long. */
    private String render(RevocationJournal.Page page, Duration age, Set<String> disabled) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject()
                    .write("node", node)
                    .write("next", page.next())
                    .write("age", age.toMillis())
                    .write("now", clock.instant().getEpochSecond())
                    .write("clients", mark(disabled))
                    .writeStartArray("disabled");
            disabled.forEach(json::write);
            json.writeEnd().writeStartArray("ended");
            page.ended().forEach(ended -> write(json, ended));
            json.writeEnd().writeEnd();
        }
        return text.toString();
    }

    private static void write(JsonGenerator json, Ended ended) {
        json.writeStartArray().write(ended.kind().value()).write(ended.name()).write(ended.until());
        if (ended.kind().isDated()) {
            json.write(ended.before());
        }
        json.writeEnd();
    }

    /** By the header only: a secret has no place in a URL. */
    private void authorize(HttpServletRequest request) throws OAuthException {
        Map<String, Object> known = new LinkedHashMap<>();
        try {
            ClientCredentials credentials =
                    ClientCredentials.parse(Requests.headers(request, "Authorization"), Parameters.parse(""));
            known.put("client", credentials.id());
            Client client = authentication.prove(request, credentials);
            if (client.isPublic() || client.resource().isEmpty()) {
                throw new OAuthException(ErrorCode.ACCESS_DENIED, "the client is not registered as a resource server");
            }
        } catch (OAuthException refusal) {
            known.put("address", authentication.address(request));
            known.put("error", refusal.code());
            known.put("reason", refusal.detail().isEmpty() ? refusal.description() : refusal.detail());
            Audit.record(AuditEvent.REVOCATION_FEED_REFUSED, known);
            throw refusal;
        }
    }

    /** Where the caller is in what this node has to tell; -1 if it has heard nothing of it. */
    private long number(String after) throws OAuthException {
        String[] positions = after.isEmpty() ? new String[0] : after.split(",", MOST_NODES + 1);
        long number = -1;
        for (String position : positions) {
            Matcher matcher = POSITION.matcher(position);
            if (!matcher.matches() || positions.length > MOST_NODES) {
                throw new OAuthException(
                        ErrorCode.INVALID_REQUEST, "after must be of node.number, separated by commas");
            }
            if (matcher.group(1).equals(node)) {
                number = Long.parseLong(matcher.group(2));
            }
        }
        return number;
    }

    private static int seconds(String wait) throws OAuthException {
        if (!WAIT.matcher(wait).matches()) {
            throw new OAuthException(ErrorCode.INVALID_REQUEST, "wait must be a whole number of seconds");
        }
        return Math.min(LONGEST_WAIT, Integer.parseInt(wait));
    }

    /** Until there is something to tell. */
    private void await(long number, String mark, int seconds) throws OAuthException {
        try {
            for (long left = seconds * 1000L; left > 0; left -= LOOK.toMillis()) {
                RevocationJournal.Page page = revocations.journal().after(number);
                if (page.next() != number || !mark(clients.disabled()).equals(mark)) {
                    return;
                }
                revocations.journal().await(number, LOOK);
                revocations.requireFresh();
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private static String mark(Set<String> disabled) {
        return disabled.isEmpty() ? "" : RandomTokens.hash(String.join("\n", disabled));
    }
}
