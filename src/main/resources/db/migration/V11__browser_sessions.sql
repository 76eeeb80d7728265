-- Plain SQL that H2 2.2 and PostgreSQL 13 and later both understand.

-- What a browser has at one application, in place of tokens. No index but the key: a renewal stays within its page on PostgreSQL.
create table browser_session (
    id_hash varchar(43) not null primary key, -- SHA-256 of the identifier in the cookie
    application varchar(255) not null, -- the path that the cookie is for
    client_id varchar(255) not null,
    subject varchar(255) not null,
    family_id varchar(22) not null,
    generation bigint not null, -- of the family, the one that this session holds
    sealed_token varchar(25000) not null, -- the access token, AES-256-GCM, bound to all of the above
    issued_at timestamp(6) with time zone not null,
    token_expires_at timestamp(6) with time zone not null,
    created_at timestamp(6) with time zone not null,
    last_used_at timestamp(6) with time zone not null,
    expires_at timestamp(6) with time zone not null
);
