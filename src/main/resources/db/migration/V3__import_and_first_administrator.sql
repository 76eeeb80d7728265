-- Plain SQL that H2 2.2 and PostgreSQL 13 and later both understand.

-- One-time codes with which somebody becomes the first administrator; each node that starts without one writes its own.
create table setup_code (
    code_hash varchar(43) not null primary key,
    expires_at timestamp(6) with time zone not null
);

-- Its row is locked by whoever becomes the first administrator: there can be only one.
insert into version_number (name, number) values ('first_administrator', 0);
