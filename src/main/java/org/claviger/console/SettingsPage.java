package org.claviger.console;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.claviger.live.LiveSettings;
import org.claviger.live.LiveSettings.Edition;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.settings.SettingValue;

/** Every setting, what it is and where it stands; those of each classification too. */
final class SettingsPage implements ConsolePage {
    private final LiveSettings settings;

    SettingsPage(LiveSettings settings) {
        this.settings = settings;
    }

    @Override
    public void show(Visit visit) throws OAuthException, IOException {
        String title = visit.text("console.settings");
        Edition now = settings.edition();
        Table table = new Table(
                title,
                List.of(
                        visit.text("console.setting.key"),
                        visit.text("console.setting.value"),
                        visit.text("console.setting.default"),
                        visit.text("console.setting.accepted"),
                        visit.text("console.setting.origin"),
                        visit.text("console.setting.change")));
        Map<String, String> unknown = new TreeMap<>(now.administered());
        now.settings().values().forEach((key, value) -> {
            unknown.remove(key);
            table.row(
                    new Html().link(address(key), key),
                    value(visit, value),
                    Html.of(value.byDefault()),
                    Html.of(plain(value.setting().accepted())),
                    Html.of(origin(visit, value)),
                    Html.of(visit.text(kind(value))));
        });
        Html html = new Html();
        now.unusable()
                .ifPresent(unusable -> html.element(
                        "p",
                        visit.text("console.settings.unusable", String.valueOf(unusable.getMessage())),
                        "role",
                        "alert"));
        html.element("p", visit.text("console.settings.purpose"));
        if (!unknown.isEmpty()) { // their values may be anything, a secret too
            html.element("p", visit.text("console.settings.unknown", String.join(", ", unknown.keySet())));
        }
        visit.send(title, html.add(table.html()));
    }

    /** The marks of Markdown are for the README. */
    static String plain(String text) {
        return text.replace("`", "").replaceAll("\\[([^\\]]*)]\\([^)]*\\)", "$1");
    }

    static Html value(Visit visit, SettingValue value) {
        return value.setting().isSecret()
                ? Html.of(visit.text("console.setting.secret"))
                : new Html().element("code", value.value());
    }

    static String origin(Visit visit, SettingValue value) {
        return switch (value.origin()) {
            case "default" -> visit.text("console.setting.by-default");
            case "administered" -> visit.text("console.setting.administered");
            default -> value.origin();
        };
    }

    private static String kind(SettingValue value) {
        if (!value.setting().isLive()) {
            return "console.setting.restart";
        }
        return value.pinned() ? "console.setting.pinned" : "console.setting.live";
    }

    /** Whether administrators can change it here and now. */
    static boolean isOpen(SettingValue value) {
        return value.setting().isLive() && !value.pinned();
    }

    static String address(String key) {
        return "setting?" + Parameters.pair("key", key);
    }
}
