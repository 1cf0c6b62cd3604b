-- The roles that a Supabase project brings with it, for PostgreSQL of docker-compose.yml: PostgREST
-- logs in as authenticator, and becomes the role that a key names. Run once by the image, in a new
-- database; run it by psql in one that exists. Without POSTGREST_PASSWORD nobody can log in.
\getenv password POSTGREST_PASSWORD
create role anon nologin noinherit;
create role authenticated nologin noinherit;
create role service_role nologin noinherit bypassrls;
create role authenticator login noinherit password :'password';
grant anon, authenticated, service_role to authenticator;
-- As in a hosted project: no request occupies the database for longer.
alter role authenticator set statement_timeout = '8s';
