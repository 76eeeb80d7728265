-- Plain SQL that H2 2.2 and PostgreSQL 13 and later both understand.

-- What ended before its time. Of a kind and name there is one row, which a later revocation renews.
create table revocation (
    kind varchar(16) not null,
    name varchar(255) not null, -- jti, kid, or the identifier of a family, subject or client
    serial_number bigint not null unique, -- in the order of the commits
    revoked_at timestamp(6) with time zone not null,
    issued_before timestamp(6) with time zone not null,
    expires_at timestamp(6) with time zone not null,
    primary key (kind, name)
);

-- Its row is locked by whoever writes a revocation: the order of the numbers is the order of the commits.
insert into version_number (name, number) values ('revocation', 0);

-- For a retry by a client that may: which refresh token succeeded the last one, and since when. Never indexed, so that a
-- rotation on PostgreSQL stays within its page.
alter table token_family add column rotated_at timestamp(6) with time zone;
alter table token_family add column key_version integer;

alter table client add column enabled boolean default true not null;

-- Which node cleans up.
create table cleanup_lease (
    name varchar(32) not null primary key,
    holder varchar(22) not null,
    expires_at timestamp(6) with time zone not null
);

insert into cleanup_lease (name, holder, expires_at) values ('cleanup', '', timestamp with time zone '1970-01-01 00:00:00+00');
