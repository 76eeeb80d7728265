-- Plain SQL that H2 2.2 and PostgreSQL 13 and later both understand.

-- What a change to a user rests on, as for a client. Nobody gets the subject of another, so to count would do too.
create sequence resource_owner_edition start with 1;
alter table resource_owner add column edition bigint default 0 not null;

-- One-time codes with which people choose a password; of each user the newest.
create table password_reset (
    subject varchar(22) not null primary key references resource_owner (subject) on delete cascade,
    code_hash varchar(43) not null unique,
    expires_at timestamp(6) with time zone not null
);

-- What a client has, for who looks after it. It never changes, so a rotation on PostgreSQL stays within its page.
create index token_family_client on token_family (client_id);
