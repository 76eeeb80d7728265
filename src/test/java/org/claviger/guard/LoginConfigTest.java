package org.claviger.guard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.util.Optional;
import javax.xml.stream.XMLStreamException;
import org.junit.jupiter.api.Test;

class LoginConfigTest {
    private static Optional<String> authMethod(String descriptor) throws XMLStreamException {
        return LoginConfig.authMethod(new ByteArrayInputStream(descriptor.getBytes(UTF_8)));
    }

    @Test
    void theAuthMethodIsFound() throws XMLStreamException {
        assertThat(authMethod("<web-app xmlns='https://jakarta.ee/xml/ns/jakartaee'><login-config><auth-method> FORM"
                        + " </auth-method></login-config></web-app>"))
                .hasValue("FORM");
    }

    @Test
    void aDescriptorWithoutOneIsNothingToTalkAbout() throws XMLStreamException {
        assertThat(authMethod("<web-app><display-name>auth-method</display-name></web-app>"))
                .isEmpty();
    }

    @Test
    void nothingOutsideOfTheDescriptorIsRead() {
        assertThatThrownBy(() -> authMethod("<!DOCTYPE web-app [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
                        + "<web-app><auth-method>&x;</auth-method></web-app>"))
                .isInstanceOf(XMLStreamException.class);
    }
}
