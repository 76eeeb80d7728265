package org.claviger.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class UsernamesTest {
    @Test
    void whatDiffersInCapitalsWidthSpacesOrNothingThatIsSeenIsFoldedAlike() {
        for (String spelling : List.of(
                "Dora Wei\u00df",
                "DORA WEISS",
                " dora  weiss ",
                "dora\u00a0weiss",
                "dora\u3000weiss",
                "dora\tweiss",
                "\uff24ora weiss",
                "do\u00adra weiss",
                "do\u200bra weiss",
                "dora\u2060 weiss",
                "do\0ra weiss")) {
            assertThat(Usernames.folded(spelling)).as(spelling).isEqualTo("dora weiss");
            assertThat(Usernames.plain(spelling)).as(spelling).isEqualTo("dora weiss");
        }
        assertThat(Usernames.folded("\u03c3\u03bf\u03c6\u03bf\u03c2"))
                .isEqualTo(Usernames.folded("\u03a3\u039f\u03a6\u039f\u03a3"));
    }

    @Test
    void accentsTellPeopleApartButGuessesAtThemCountTogether() {
        for (String spelling : List.of("Jos\u00e9", "jose\u0301", "JOS\u00c8", "jo\u0327s\u200de", "JO\u017fE")) {
            assertThat(Usernames.plain(spelling)).as(spelling).isEqualTo("jose");
        }
        assertThat(Usernames.folded("Jos\u00e9"))
                .isEqualTo(Usernames.folded("jose\u0301"))
                .isNotEqualTo("jose");
        assertThat(Usernames.plain("\u0130stanbul")).isEqualTo("istanbul");
    }

    @Test
    void namesThatDifferOtherwiseStayApart() {
        assertThat(Usernames.plain("dora")).isNotEqualTo(Usernames.plain("dorah"));
        assertThat(Usernames.plain("dora l")).isNotEqualTo(Usernames.plain("doral"));
    }
}
