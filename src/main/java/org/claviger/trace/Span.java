package org.claviger.trace;

/** Something that takes time and is told to whoever operates this, until it is closed. No method throws: to tell is never what a request fails of. */
public interface Span extends AutoCloseable {
    /** Where nobody is told. */
    Span NONE = new Span() {
        @Override
        public Span set(String attribute, String value) {
            return this;
        }

        @Override
        public Span set(String attribute, long value) {
            return this;
        }

        @Override
        public void failed(String type) {}

        @Override
        public void close() {}
    };

    /** Says something of it: never a token, a code, a secret, a password or who somebody is. */
    Span set(String attribute, String value);

    /** The same in numbers. */
    Span set(String attribute, long value);

    /**
     * Marks it as failed.
     *
     * @param type one of few: the name of a class, a status or error code
     */
    void failed(String type);

    @Override
    void close();
}
