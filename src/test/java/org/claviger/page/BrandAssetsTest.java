package org.claviger.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.claviger.Exchange;
import org.claviger.Fixture;
import org.claviger.http.Document;
import org.claviger.http.DocumentEndpoint;
import org.claviger.settings.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BrandAssetsTest {
    @ParameterizedTest
    @CsvSource({
        "#000000,#ffffff",
        "#ffffff,#000000",
        "#1d4ed8,#ffffff",
        "#ffdd00,#000000",
        "#777777,#000000",
        "#6f6f6f,#ffffff"
    })
    void textOnTheBrandsColourIsBlackOrWhiteWhicheverIsEasierToRead(String color, String text) {
        assertThat(BrandAssets.readableOn(color)).isEqualTo(text);
    }

    private static Exchange served(Path file) {
        Document logo = BrandAssets.logo(
                        Fixture.settings("claviger.brand.logo", file.toString()).brand())
                .orElseThrow();
        return Exchange.get(null).through(new DocumentEndpoint(() -> logo, 60));
    }

    @Test
    void aPictureThatMayHoldScriptsMayNotRunThem(@TempDir Path folder) throws IOException {
        Exchange svg = served(Files.writeString(folder.resolve("logo.SVG"), "<svg/>"));

        assertThat(svg.header("Content-Type")).isEqualTo("image/svg+xml");
        assertThat(svg.header("Content-Security-Policy"))
                .isEqualTo("default-src 'none'; style-src 'unsafe-inline'; sandbox");
        assertThat(svg.header("X-Content-Type-Options")).isEqualTo("nosniff");
    }

    @Test
    void aPictureIsWhatItsNameSays(@TempDir Path folder) throws IOException {
        Exchange png = served(Files.writeString(folder.resolve("logo.png"), "<svg/>"));

        assertThat(png.header("Content-Type")).isEqualTo("image/png");
        assertThat(png.header("X-Content-Type-Options")).isEqualTo("nosniff");
    }

    @Test
    void stylesAreServedAsNothingElse() {
        Supplier<Document> css = BrandAssets.css(
                () -> Fixture.settings("claviger.brand.color", "#1d4ed8").brand());

        Exchange answer = Exchange.get(null).through(new DocumentEndpoint(css, 60));
        assertThat(answer.header("Content-Type")).isEqualTo("text/css;charset=UTF-8");
        assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
    }

    @Test
    void theStyleSheetFollowsTheColourAndKeepsTheAdministratorsOwnRules(@TempDir Path folder) throws IOException {
        Path own = Files.writeString(folder.resolve("own.css"), "h1 { font-weight: 100 }");
        AtomicReference<Settings> now = new AtomicReference<>(
                Fixture.settings("claviger.brand.color", "#1d4ed8", "claviger.brand.css", own.toString()));
        Supplier<Document> css = BrandAssets.css(() -> now.get().brand());
        DocumentEndpoint endpoint = new DocumentEndpoint(css, 60);
        Files.delete(own); // it is read once

        String before = Exchange.get(null).through(endpoint).body();
        now.set(now.get().withAdministered(Map.of("claviger.brand.color", "#00aa00")));
        String after = Exchange.get(null).through(endpoint).body();

        assertThat(before).contains("#1d4ed8", "font-weight: 100");
        assertThat(after).contains("#00aa00", "font-weight: 100").doesNotContain("#1d4ed8");
    }

    @Test
    void withoutALogoThereIsNone() {
        assertThat(BrandAssets.logo(Fixture.settings().brand())).isEmpty();
    }
}
