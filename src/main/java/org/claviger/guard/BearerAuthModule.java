package org.claviger.guard;

import jakarta.security.auth.message.AuthException;
import jakarta.security.auth.message.AuthStatus;
import jakarta.security.auth.message.MessageInfo;
import jakarta.security.auth.message.MessagePolicy;
import jakarta.security.auth.message.callback.CallerPrincipalCallback;
import jakarta.security.auth.message.callback.GroupPrincipalCallback;
import jakarta.security.auth.message.module.ServerAuthModule;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.Principal;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import javax.security.auth.Subject;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.UnsupportedCallbackException;
import org.claviger.http.Incident;
import org.claviger.http.Requests;
import org.claviger.settings.GuardedApplication;
import org.jspecify.annotations.Nullable;

/** The guard as a server authentication module (Jakarta Authentication 3.0 section 3.8), for co-deployed applications. */
final class BearerAuthModule implements ServerAuthModule {
    private static final String IS_MANDATORY = "jakarta.security.auth.message.MessagePolicy.isMandatory";
    private static final String AUTH_TYPE = "jakarta.servlet.http.authType";

    private final BearerGate gate;
    private final GuardedApplication application;
    private final CallbackHandler handler;

    BearerAuthModule(BearerGate gate, GuardedApplication application, CallbackHandler handler) {
        this.gate = gate;
        this.application = application;
        this.handler = handler;
    }

    @Override
    public void initialize(
            @Nullable MessagePolicy requestPolicy,
            @Nullable MessagePolicy responsePolicy,
            CallbackHandler ignored,
            @Nullable Map<String, Object> options) {}

    @Override
    public Class<?>[] getSupportedMessageTypes() {
        return new Class<?>[] {HttpServletRequest.class, HttpServletResponse.class};
    }

    @Override
    public AuthStatus validateRequest(MessageInfo message, Subject client, @Nullable Subject service)
            throws AuthException {
        HttpServletRequest request = (HttpServletRequest) message.getRequestMessage();
        HttpServletResponse response = (HttpServletResponse) message.getResponseMessage();
        Optional<BrowserCallers> browsers = gate.browsers(application)
                .filter(any -> Requests.headers(request, "Authorization").isEmpty());
        if (browsers.isPresent() && answers(browsers.get(), request, response)) {
            return AuthStatus.SEND_CONTINUE;
        }
        if (browsers.isPresent()) {
            response.addHeader("Vary", "Cookie"); // RFC 9110 section 12.5.5: without one there may be another answer
        }
        Verdict verdict = gate.judge(request, application);
        if (verdict instanceof Verdict.Accepted accepted) {
            if (browsers.isPresent()) {
                // RFC 9111 section 3.5 keeps shared caches from what was asked for with Authorization, and not with a
                // cookie.
                response.setHeader("Cache-Control", "private");
            }
            try {
                return accept(message, client, accepted.caller());
            } catch (AuthException fault) { // the server would answer 500 and say nothing
                return Refusals.send(response, new Verdict.Refused(503, unexplained(fault)));
            }
        }
        if (verdict instanceof Verdict.Refused refused) {
            return Refusals.send(response, refused);
        }
        Verdict.Refused otherwise = ((Verdict.Anonymous) verdict).otherwise();
        // Where somebody must be known, a person can be led to sign in; a program is told to bring a token.
        Optional<Consumer<HttpServletResponse>> signIn = browsers.filter(callers ->
                        otherwise.status() == HttpServletResponse.SC_UNAUTHORIZED && callers.canSignIn(request))
                .map(callers -> to ->
                        callers.signIn(request, to, application.browserClient().orElseThrow()));
        if (Boolean.parseBoolean(String.valueOf(message.getMap().get(IS_MANDATORY)))) {
            return Refusals.mandatory(request, response, otherwise, signIn);
        }
        tell(new CallerPrincipalCallback(client, (Principal) null));
        message.setResponseMessage(ChallengingResponse.anonymous(response, otherwise, signIn));
        return AuthStatus.SUCCESS;
    }

    private boolean answers(BrowserCallers browsers, HttpServletRequest request, HttpServletResponse response)
            throws AuthException {
        try {
            return browsers.answer(
                    request, response, application.browserClient().orElseThrow());
        } catch (IOException gone) {
            throw new AuthException(gone);
        }
    }

    @SuppressWarnings("unchecked") // a raw Map in the interface
    private AuthStatus accept(MessageInfo message, Subject client, CallerToken caller) throws AuthException {
        Set<String> roles = application.roles(caller.texts(application.roleClaim()));
        tell(
                new CallerPrincipalCallback(client, caller),
                new GroupPrincipalCallback(client, roles.toArray(String[]::new)));
        message.getMap().put(AUTH_TYPE, "Bearer");
        message.setRequestMessage(new RolesRequest((HttpServletRequest) message.getRequestMessage(), caller, roles));
        message.setResponseMessage(
                ChallengingResponse.authenticated((HttpServletResponse) message.getResponseMessage()));
        return AuthStatus.SUCCESS;
    }

    private static Challenge unexplained(AuthException fault) {
        Incident.report(fault);
        return Challenge.NO_TOKEN;
    }

    private void tell(Callback... callbacks) throws AuthException {
        try {
            handler.handle(callbacks);
        } catch (IOException | UnsupportedCallbackException refused) {
            throw new AuthException(refused);
        }
    }

    @Override
    public AuthStatus secureResponse(MessageInfo message, @Nullable Subject service) {
        return AuthStatus.SEND_SUCCESS;
    }

    @Override
    public void cleanSubject(MessageInfo message, @Nullable Subject subject) {
        if (subject != null) {
            subject.getPrincipals().clear();
        }
    }
}
