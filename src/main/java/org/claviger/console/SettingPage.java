package org.claviger.console;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.claviger.console.FormHtml.Problem;
import org.claviger.live.LiveSettings;
import org.claviger.live.LiveSettings.Edition;
import org.claviger.live.SettingRefusedException;
import org.claviger.live.SettingRefusedException.Reason;
import org.claviger.oauth.OAuthException;
import org.claviger.settings.SettingValue;

/** One setting, and another value for it where administrators may give one. */
final class SettingPage implements ConsolePage {
    private static final String SELF = "setting";

    private final LiveSettings settings;

    SettingPage(LiveSettings settings) {
        this.settings = settings;
    }

    private static SettingValue find(Edition edition, String key) throws OAuthException {
        return Optional.ofNullable(edition.settings().values().get(key)).orElseThrow(Visit::notFound);
    }

    @Override
    public void show(Visit visit) throws OAuthException, IOException {
        String key = visit.asked("key");
        Edition now = settings.edition();
        SettingValue value = find(now, key);
        if (visit.asked("do").equals("reset")) {
            visit.requireChange();
            new Confirmation(visit, SELF, "reset", SettingsPage.address(key))
                    .with("key", key)
                    .with("edition", Long.toString(now.version()))
                    .ask(visit.text("console.setting.reset"), List.of(visit.text("console.setting.ask.reset", key)));
            return;
        }
        visit.send(key, body(visit, now, key, value.value(), Optional.empty()));
    }

    private static Html body(Visit visit, Edition now, String key, String typed, Optional<Problem> problem)
            throws OAuthException {
        SettingValue value = find(now, key);
        Details details = new Details()
                .of(
                        visit.text("console.setting.meaning"),
                        SettingsPage.plain(value.setting().meaning()))
                .of(visit.text("console.setting.value"), SettingsPage.value(visit, value))
                .of(visit.text("console.setting.default"), value.byDefault())
                .of(
                        visit.text("console.setting.accepted"),
                        SettingsPage.plain(value.setting().accepted()));
        value.setting()
                .range()
                .flatMap(range -> range.advised())
                .ifPresent(advised -> details.of(visit.text("console.setting.advised"), advised.toString()));
        value.bound().ifPresent(bound -> details.of(visit.text("console.setting.bound"), bound));
        details.of(visit.text("console.setting.origin"), SettingsPage.origin(visit, value));
        Html html = details.html();
        if (!SettingsPage.isOpen(value)) {
            problem.ifPresent(found -> html.element("p", found.message(), "role", "alert"));
            html.element(
                    "p",
                    visit.text(
                            value.setting().isLive() ? "console.setting.why-pinned" : "console.setting.why-restart"));
        } else if (visit.mayChange()) {
            html.open("div", "class", "narrow")
                    .add(new FormHtml(visit, SELF, problem)
                            .hidden("do", "change")
                            .hidden("key", key)
                            .hidden("edition", Long.toString(now.version()))
                            .text("value", visit.text("console.setting.new-value"), typed, "required", "")
                            .submit(visit.text("console.save")))
                    .close("div");
            if (now.administered().containsKey(key)) {
                html.open("p")
                        .link(
                                SettingsPage.address(key) + "&do=reset",
                                visit.text("console.setting.reset"),
                                "class",
                                "button second")
                        .close("p");
            }
        }
        return html.open("p").link("settings", visit.text("console.settings")).close("p");
    }

    @Override
    public void act(Visit visit, Posted posted) throws OAuthException, IOException {
        String key = posted.text("key");
        find(settings.edition(), key);
        String action = posted.text("do");
        if (!List.of("change", "reset").contains(action)) {
            throw Visit.notFound();
        }
        boolean reset = action.equals("reset");
        String typed = posted.text("value");
        try {
            settings.change(
                    Map.of(key, reset ? Optional.empty() : Optional.of(typed)),
                    OptionalLong.of(posted.edition()),
                    visit.administrator().name());
            visit.goOn(SettingsPage.address(key), "changed");
        } catch (SettingRefusedException refusal) {
            refuse(visit, key, typed, refusal);
        }
    }

    private void refuse(Visit visit, String key, String typed, SettingRefusedException refusal)
            throws OAuthException, IOException {
        Edition now = settings.edition();
        if (refusal.reason() == Reason.STALE) {
            visit.send(
                    409,
                    key,
                    new Html()
                            .element("p", visit.text("console.stale"), "role", "alert")
                            .add(body(visit, now, key, find(now, key).value(), Optional.empty())));
            return;
        }
        Problem problem = new Problem(refusal.key().equals(key) ? "value" : "", String.valueOf(refusal.getMessage()));
        visit.send(
                refusal.reason() == Reason.INVALID ? 422 : 409,
                key,
                body(visit, now, key, typed, Optional.of(problem)));
    }
}
