package org.claviger.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.claviger.Fixture.json;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonMembersTest {
    private static JsonMembers members(String text) {
        return new JsonMembers(json(text), "/clients/0");
    }

    private static void assertRefused(ThrowingCallable call, String message) {
        assertThatIllegalArgumentException().isThrownBy(call).withMessage(message);
    }

    @Test
    void membersAreRead() {
        JsonMembers members = members("{'a':'x','b':['y','z'],'c':[{'d':'e'}],'e':[]}");

        assertThat(members.require("a")).isEqualTo("x");
        assertThat(members.text("a")).contains("x");
        assertThat(members.texts("b", text -> true, "must be a text")).containsExactly("y", "z");
        assertThat(members.objects("c")).containsExactly(json("{'d':'e'}"));
        assertThat(members.texts("e", text -> true, "must be a text")).isEmpty();
        assertThat(members.objects("e")).isEmpty();
        assertThat(members.has("e")).isTrue();
    }

    @Test
    void whatIsNotThereIsEmpty() {
        JsonMembers members = members("{}");

        assertThat(members.text("a")).isEmpty();
        assertThat(members.texts("a", text -> true, "must be a text")).isEmpty();
        assertThat(members.objects("a")).isEmpty();
        assertThat(members.has("a")).isFalse();
        assertRefused(() -> members.require("a"), "/clients/0/a: is missing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"''", "1", "null", "true", "[]", "{}", "['x']"})
    void anythingElseIsNoText(String value) {
        JsonMembers members = members("{'a':" + value + "}");

        assertRefused(() -> members.text("a"), "/clients/0/a: must be a text that is not empty");
        assertRefused(() -> members.require("a"), "/clients/0/a: must be a text that is not empty");
    }

    @Test
    void halfOfASurrogatePairIsNoText() {
        assertRefused(
                () -> members("{'a':'x\\ud800'}").text("a"), "/clients/0/a: must have no half of a surrogate pair");
        assertThat(members("{'a':'\\ud83d\\udd11'}").text("a")).contains("\ud83d\udd11");
    }

    @ParameterizedTest
    @ValueSource(strings = {"'x'", "1", "null", "true", "{}", "['x',1]", "['']", "[null]", "[['x']]"})
    void anythingElseIsNoListOfTexts(String value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> members("{'a':" + value + "}").texts("a", text -> true, "must be a text"))
                .withMessageMatching("/clients/0/a(: must be a list of texts|/[01]: must be a text that is not empty)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"'x'", "1", "null", "{}", "[1]", "[{},'x']", "[[]]"})
    void anythingElseIsNoListOfObjects(String value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> members("{'a':" + value + "}").objects("a"))
                .withMessageMatching("/clients/0/a(: must be a list of objects|/[01]: must be an object)");
    }

    @Test
    void aMemberThatNobodyAskedForIsRefused() {
        JsonMembers members = members("{'a':'x','redirect_uri':'y'}");
        assertThat(members.text("a")).contains("x");
        assertThat(members.text("missing")).isEmpty();

        assertRefused(members::refuseOthers, "/clients/0/redirect_uri: is not a member known here");
    }

    @Test
    void membersThatWereAskedForAreNotRefused() {
        JsonMembers members = members("{'a':'x','b':'y'}");
        assertThat(members.text("a")).contains("x");
        assertThat(members.has("b")).isTrue();

        members.refuseOthers();
    }

    @Test
    void aPointerEscapesItsNames() {
        assertRefused(members("{'a/b~c':'x'}")::refuseOthers, "/clients/0/a~1b~0c: is not a member known here");
        assertRefused(new JsonMembers(json("{'a':'x'}"), "")::refuseOthers, "/a: is not a member known here");
    }

    @Test
    void aRefusalHoldsNoValue() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> members("{'client_secret':['swordfish']}").text("client_secret"))
                .withMessageNotContaining("swordfish");
    }
}
