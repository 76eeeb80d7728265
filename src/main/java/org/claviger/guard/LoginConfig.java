package org.claviger.guard;

import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Notices applications whose {@code web.xml} has a {@code login-config}: the guard stands in its place, which whoever wrote it
 * may not know.
 */
final class LoginConfig {
    private static final System.Logger LOG = System.getLogger("org.claviger");

    private LoginConfig() {}

    static void notice(ServletContext application) {
        authMethod(application)
                .ifPresent(method -> LOG.log(
                        Level.WARNING,
                        "CLAVIGER-0402 the application " + application.getContextPath()
                                + " has <login-config> " + method
                                + " in its web.xml, which has no effect: callers are known by bearer tokens."
                                + " To leave it alone, name it in claviger.guard.exclude"));
    }

    private static Optional<String> authMethod(ServletContext application) {
        try (InputStream descriptor = application.getResourceAsStream("/WEB-INF/web.xml")) {
            return descriptor == null ? Optional.empty() : authMethod(descriptor);
        } catch (IOException | XMLStreamException unreadable) {
            return Optional.empty(); // the server has read it, and knows what it means
        }
    }

    static Optional<String> authMethod(InputStream descriptor) throws XMLStreamException {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        XMLStreamReader reader = factory.createXMLStreamReader(descriptor);
        while (reader.hasNext()) {
            if (reader.next() == XMLStreamConstants.START_ELEMENT
                    && reader.getLocalName().equals("auth-method")) {
                return Optional.of(reader.getElementText().strip());
            }
        }
        return Optional.empty();
    }
}
