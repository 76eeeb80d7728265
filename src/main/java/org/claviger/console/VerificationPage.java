package org.claviger.console;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.claviger.audit.AuditChain;
import org.claviger.audit.AuditChain.End;
import org.claviger.audit.AuditChain.Verification;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;

/** Whether all of the audit is still what was sealed; from an end that was noted, whether it is there yet. Whoever may look may ask. */
final class VerificationPage implements ConsolePage {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(30);

    private final AuditChain chain;

    VerificationPage(AuditChain chain) {
        this.chain = chain;
    }

    /** The form that leads here. */
    static Html form(Visit visit) throws OAuthException {
        Html html = new Html().open("form", "method", "get", "action", "audit-verification", "class", "query");
        for (String name : new String[] {"position", "mac"}) {
            html.open("div")
                    .element("label", visit.text("console.verification." + name), "for", name)
                    .open(
                            "input",
                            "id",
                            name,
                            "name",
                            name,
                            "type",
                            "text",
                            "value",
                            visit.asked(name),
                            "maxlength",
                            "43",
                            "autocomplete",
                            "off")
                    .close("div");
        }
        return html.element("button", visit.text("console.verification.verify"), "type", "submit")
                .close("form");
    }

    @Override
    public void show(Visit visit) throws OAuthException, IOException {
        Verification found = chain.verify(noted(visit))
                .orElseThrow(() -> OAuthException.unavailable("the audit is being verified already", RETRY_AFTER));
        Html html = found.isWhole()
                ? new Html().element("p", visit.text("console.verification.whole"), "role", "status")
                : new Html()
                        .element(
                                "p",
                                visit.text(
                                        "console.verification.broken",
                                        Long.toString(found.brokenAt().orElseThrow()),
                                        found.problem()),
                                "role",
                                "alert");
        Details details = new Details()
                .of(
                        visit.text("console.verification.after"),
                        Long.toString(found.begin().position()))
                .of(
                        visit.text("console.verification.position"),
                        Long.toString(found.end().position()))
                .of(visit.text("console.verification.mac"), found.end().mac())
                .of(
                        visit.text("console.verification.unsealed"),
                        Long.toString(found.waiting().rows()));
        found.waiting()
                .since()
                .ifPresent(since -> details.of(visit.text("console.verification.since"), new Html().time(since)));
        visit.send(visit.text("console.verification"), html.add(details.html()).add(form(visit)));
    }

    private static Optional<End> noted(Visit visit) throws OAuthException {
        String position = visit.asked("position");
        String mac = visit.asked("mac");
        if (position.isEmpty() && mac.isEmpty()) {
            return Optional.empty();
        }
        if (!position.matches("[1-9][0-9]{0,17}") || !mac.matches("[A-Za-z0-9_-]{43}")) {
            throw new OAuthException(
                    ErrorCode.INVALID_REQUEST, "position and mac belong together: a whole number and 43 characters");
        }
        return Optional.of(new End(Long.parseLong(position), mac));
    }
}
