-- Every type with its edges: what goes to a table of the engine and back must be the same text.
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE pair AS (a int, b text);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TABLE types (
    id int PRIMARY KEY, i2 smallint, i8 bigint, f4 real, f8 double precision, n1 numeric(12,3), n2 numeric(5,-2),
    n3 numeric(38,38), n4 numeric(3,5), n5 numeric, n6 numeric, t text, vc varchar(20), bc char(5), c1 "char", nm name,
    u uuid, by bytea, bo boolean, d date, ts timestamp, tz timestamptz, ti time, ttz timetz, iv interval, j json,
    jb jsonb, x xml, ai int[], at text[], an numeric(6,2)[], ats timestamp[], a2 int[], ab int[], m mood, dom positive,
    p pair, r int4range, mr nummultirange, ip inet, ci cidr, mac macaddr, mo money, bi bit(3), vb bit varying, o oid,
    pt point, tsv tsvector);
INSERT INTO types VALUES
(1, -32768, 9223372036854775807, 'NaN', 'Infinity', -123456789.125, 12300, 0.12345678901234567890123456789012345678,
    0.00999, 'NaN', 1234567890123456789012345678901234567890.5, E'tab\t"q" \\ ä € 😀', 'vc', 'ab', 'x', 'nm',
    'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '\x00ff5c', true, 'infinity', 'infinity', '2024-01-31 10:00:00.123456+02',
    '24:00:00', '10:00:00.5+05:30', '1 year -2 mons 3 days 04:05:06.789', '{"a":  1, "a": 2}', '{"b": 1.50}', '<a/>',
    '{1,NULL,3}', '{"a,b",NULL,"","NULL","\\"}', '{1.10,NULL}', '{infinity,NULL,"2024-01-31 00:00:00.1"}',
    '{{1,2},{3,4}}', '[0:1]={7,8}', 'happy', 5, '(1,"x y")', '[1,5)', '{[1.5,2),[3,)}', '10.0.0.1/8', '10.0.0.0/8',
    '08:00:2b:01:02:03', '$1,234.56', '101', '1010101', 4294967295, '(1,2)', 'a:1 b:2'),
(2, 32767, -9223372036854775808, '-Infinity', '-0', 0.001, -100, -0.00000000000000000000000000000000000001, -0.00001,
    0, 0, '', '', '', NULL, '', NULL, '', false, '-infinity', '-infinity', '-infinity', '00:00:00', '00:00:00-15:59',
    '-00:00:00.000001', 'null', 'null', NULL, '{}', '{}', '{}', '{}', NULL, NULL, 'sad', 1, '(,)', 'empty', '{}', '::1',
    '::/0', NULL, '-$0.01', '000', '', 0, NULL, ''),
(3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
(4, 0, 0, 3.4028235e38, 1e-300, 999999999.999, 0, 0, 0, -1e-30, 1e30, 'x', 'y', 'abcde', ' ', repeat('n', 63)::name,
    'ffffffff-ffff-ffff-ffff-ffffffffffff', decode(repeat('ab', 5000), 'hex'), true, '4713-01-01 BC',
    '4713-01-01 00:00:00 BC', '0001-01-01 00:00:00+00', '23:59:59.999999', '23:59:59.999999+15:59', '178000000 years',
    '[]', '[1, 2]', '<b>x</b>', '{-1}', '{x}', '{-9999.99}', '{-infinity}', '{{1}}', '{9}', 'ok', 7, '(,"")', '(,)',
    '{(,)}', '2001:db8::/32', '2001:db8::/32', 'ff:ff:ff:ff:ff:ff', '$0.00', '111', '1', 1, '(-1.5,1e300)', 'c'),
(5, 1, 1, 1.1, 0.1, 1, 99900, 0.5, 0.00001, 0.10, 5, repeat('long ä ', 20000), 'z', 'é', 'y', 'z',
    '00000000-0000-0000-0000-000000000000', '\x', false, '5874897-12-31', '294246-12-31 23:59:59.999999',
    '294246-12-31 23:59:59.999999+00', '12:00:00.000001', '12:00:00+00', '-178000000 years -2147483648 days', '"x"',
    '"x"', '<c/>', '{2147483647,-2147483648}', '{NULL}', '{NULL}', '{NULL}', '{{NULL}}', '{1}', NULL, NULL,
    '(2147483647,)', '[1,2)', '{}', '0.0.0.0', '0.0.0.0/0', NULL, '-$92,233,720,368,547,758.08', '010', '0', 2, NULL,
    '''q'':1');
CREATE TABLE types_copy (LIKE types INCLUDING ALL);
