-- Everything of one person ends at once.
create index sign_in_session_subject on sign_in_session (subject);
create index token_family_subject on token_family (subject);

-- What resource owners have allowed which clients.
create table consent (
    subject varchar(22) not null,
    client_id varchar(255) not null,
    scope varchar(1000) not null,
    allowed_at timestamp(6) with time zone not null,
    primary key (subject, client_id)
);

-- Wrong passwords and client secrets, by a MAC over name and address, and of passwords over the address alone.
create table throttle (
    attempt varchar(60) not null primary key,
    failures integer not null,
    blocked_until timestamp(6) with time zone not null,
    forgotten_at timestamp(6) with time zone not null
);

create index throttle_blocked_until on throttle (blocked_until);
create index throttle_forgotten_at on throttle (forgotten_at);
