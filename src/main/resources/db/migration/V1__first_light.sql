-- Plain SQL that H2 2.2 and PostgreSQL 13 and later both understand. Secrets are wrapped, keyed or hashed; see docs/decisions.md.

create table signing_key (
    kid varchar(43) not null primary key,
    serial_number integer not null unique, -- the nth key of this installation: two nodes that make it at once collide here
    algorithm varchar(16) not null,
    public_jwk varchar(4000) not null,
    wrapped_private_key varchar(10000) not null,
    created_at timestamp(6) with time zone not null
);

create table mac_key (
    purpose varchar(32) not null,
    version integer not null,
    wrapped_key varchar(400) not null,
    created_at timestamp(6) with time zone not null,
    primary key (purpose, version)
);

create table client (
    client_id varchar(255) not null primary key,
    metadata varchar(100000) not null, -- JSON with the member names of RFC 7591, without the secret
    secret_mac varchar(43),
    secret_mac_key_version integer
);

-- Counted up with each change to the records of that name: how other nodes see that they must read them again.
create table version_number (
    name varchar(32) not null primary key,
    number bigint not null
);

insert into version_number (name, number) values ('client', 0);

create table resource_owner (
    subject varchar(22) not null primary key,
    username varchar(255) not null unique,
    password_hash varchar(255) not null,
    full_name varchar(255),
    email varchar(255),
    enabled boolean not null
);

create table resource_owner_group (
    subject varchar(22) not null references resource_owner (subject) on delete cascade,
    group_name varchar(255) not null,
    primary key (subject, group_name)
);

create table import_entry (
    kind varchar(16) not null,
    name varchar(255) not null,
    digest varchar(60) not null, -- keyed: what an entry holds cannot be guessed from it
    primary key (kind, name)
);

create table sign_in_session (
    id_hash varchar(43) not null primary key,
    subject varchar(22) not null,
    auth_time timestamp(6) with time zone not null,
    last_used_at timestamp(6) with time zone not null,
    expires_at timestamp(6) with time zone not null
);

-- One row from the authorization code to the last refresh token: generation 0 until the code is redeemed, then the number
-- of the one refresh token that is alive. One conditional update of this row decides everything that may happen once.
create table token_family (
    family_id varchar(22) not null primary key,
    client_id varchar(255) not null,
    subject varchar(255) not null,
    scope varchar(1000) not null,
    auth_time timestamp(6) with time zone not null,
    code_hash varchar(43) not null unique,
    redirect_uri varchar(2000) not null,
    code_challenge varchar(43) not null,
    generation bigint not null,
    idle_expires_at timestamp(6) with time zone not null, -- of generation 0: when the code expires
    expires_at timestamp(6) with time zone not null,
    ended_at timestamp(6) with time zone,
    end_reason varchar(32)
);
