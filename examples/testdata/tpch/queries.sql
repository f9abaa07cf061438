-- The questions of examples/tpch as DuckDB understands them, with the parameters that the
-- TPC-H specification has for validation. It loads the tables of the current folder and
-- writes the answers beside them, as q1.txt and so on. To make the answers of this folder
-- again, which DuckDB 2.0.1 gave:
--
--     cd "$(go run ./bench/data/gen -kind tpch -scale 0.01 -seed 1)"
--     duckdb < queries.sql        (with the path of this file)
--     mv q*.txt ...               (to this folder)
--
-- Where the specification leaves the order of rows open, further columns decide. Q18 asks
-- for orders of more than 280 pieces, not 300, which none of so few orders has.

CREATE TABLE region (r_regionkey INTEGER, r_name VARCHAR, r_comment VARCHAR);
CREATE TABLE nation (n_nationkey INTEGER, n_name VARCHAR, n_regionkey INTEGER, n_comment VARCHAR);
CREATE TABLE supplier (s_suppkey INTEGER, s_name VARCHAR, s_address VARCHAR, s_nationkey INTEGER,
	s_phone VARCHAR, s_acctbal DECIMAL(12,2), s_comment VARCHAR);
CREATE TABLE customer (c_custkey INTEGER, c_name VARCHAR, c_address VARCHAR, c_nationkey INTEGER,
	c_phone VARCHAR, c_acctbal DECIMAL(12,2), c_mktsegment VARCHAR, c_comment VARCHAR);
CREATE TABLE part (p_partkey INTEGER, p_name VARCHAR, p_mfgr VARCHAR, p_brand VARCHAR, p_type VARCHAR,
	p_size INTEGER, p_container VARCHAR, p_retailprice DECIMAL(12,2), p_comment VARCHAR);
CREATE TABLE partsupp (ps_partkey INTEGER, ps_suppkey INTEGER, ps_availqty INTEGER,
	ps_supplycost DECIMAL(12,2), ps_comment VARCHAR);
CREATE TABLE orders (o_orderkey INTEGER, o_custkey INTEGER, o_orderstatus VARCHAR, o_totalprice DECIMAL(12,2),
	o_orderdate DATE, o_orderpriority VARCHAR, o_clerk VARCHAR, o_shippriority INTEGER, o_comment VARCHAR);
CREATE TABLE lineitem (l_orderkey INTEGER, l_partkey INTEGER, l_suppkey INTEGER, l_linenumber INTEGER,
	l_quantity DECIMAL(12,2), l_extendedprice DECIMAL(12,2), l_discount DECIMAL(4,2), l_tax DECIMAL(4,2),
	l_returnflag VARCHAR, l_linestatus VARCHAR, l_shipdate DATE, l_commitdate DATE, l_receiptdate DATE,
	l_shipinstruct VARCHAR, l_shipmode VARCHAR, l_comment VARCHAR);

COPY region FROM 'region.tbl' (DELIMITER '|', QUOTE '', HEADER false);
COPY nation FROM 'nation.tbl' (DELIMITER '|', QUOTE '', HEADER false);
COPY supplier FROM 'supplier.tbl' (DELIMITER '|', QUOTE '', HEADER false);
COPY customer FROM 'customer.tbl' (DELIMITER '|', QUOTE '', HEADER false);
COPY part FROM 'part.tbl' (DELIMITER '|', QUOTE '', HEADER false);
COPY partsupp FROM 'partsupp.tbl' (DELIMITER '|', QUOTE '', HEADER false);
COPY orders FROM 'orders.tbl' (DELIMITER '|', QUOTE '', HEADER false);
COPY lineitem FROM 'lineitem.tbl' (DELIMITER '|', QUOTE '', HEADER false);

-- Pricing summary report
COPY (
	SELECT l_returnflag, l_linestatus, sum(l_quantity), sum(l_extendedprice),
		sum(l_extendedprice * (1 - l_discount)), sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)),
		CAST(avg(l_quantity) AS DECIMAL(18,6)), CAST(avg(l_extendedprice) AS DECIMAL(18,6)),
		CAST(avg(l_discount) AS DECIMAL(18,6)), count(*)
	FROM lineitem
	WHERE l_shipdate <= DATE '1998-12-01' - INTERVAL 90 DAY
	GROUP BY l_returnflag, l_linestatus
	ORDER BY l_returnflag, l_linestatus
) TO 'q1.txt' (DELIMITER '|', QUOTE '', HEADER false);

-- Shipping priority
COPY (
	SELECT l_orderkey, sum(l_extendedprice * (1 - l_discount)) AS revenue, o_orderdate, o_shippriority
	FROM customer, orders, lineitem
	WHERE c_mktsegment = 'BUILDING' AND c_custkey = o_custkey AND l_orderkey = o_orderkey
		AND o_orderdate < DATE '1995-03-15' AND l_shipdate > DATE '1995-03-15'
	GROUP BY l_orderkey, o_orderdate, o_shippriority
	ORDER BY revenue DESC, o_orderdate, l_orderkey
	LIMIT 10
) TO 'q3.txt' (DELIMITER '|', QUOTE '', HEADER false);

-- Order priority checking
COPY (
	SELECT o_orderpriority, count(*)
	FROM orders
	WHERE o_orderdate >= DATE '1993-07-01' AND o_orderdate < DATE '1993-07-01' + INTERVAL 3 MONTH
		AND EXISTS (SELECT * FROM lineitem WHERE l_orderkey = o_orderkey AND l_commitdate < l_receiptdate)
	GROUP BY o_orderpriority
	ORDER BY o_orderpriority
) TO 'q4.txt' (DELIMITER '|', QUOTE '', HEADER false);

-- Local supplier volume
COPY (
	SELECT n_name, sum(l_extendedprice * (1 - l_discount)) AS revenue
	FROM customer, orders, lineitem, supplier, nation, region
	WHERE c_custkey = o_custkey AND l_orderkey = o_orderkey AND l_suppkey = s_suppkey
		AND c_nationkey = s_nationkey AND s_nationkey = n_nationkey AND n_regionkey = r_regionkey
		AND r_name = 'ASIA'
		AND o_orderdate >= DATE '1994-01-01' AND o_orderdate < DATE '1994-01-01' + INTERVAL 1 YEAR
	GROUP BY n_name
	ORDER BY revenue DESC, n_name
) TO 'q5.txt' (DELIMITER '|', QUOTE '', HEADER false);

-- Forecasting revenue change
COPY (
	SELECT sum(l_extendedprice * l_discount)
	FROM lineitem
	WHERE l_shipdate >= DATE '1994-01-01' AND l_shipdate < DATE '1994-01-01' + INTERVAL 1 YEAR
		AND l_discount BETWEEN 0.06 - 0.01 AND 0.06 + 0.01 AND l_quantity < 24
) TO 'q6.txt' (DELIMITER '|', QUOTE '', HEADER false);

-- Product type profit measure
COPY (
	SELECT nation, year, sum(amount)
	FROM (
		SELECT n_name AS nation, extract(year FROM o_orderdate) AS year,
			l_extendedprice * (1 - l_discount) - ps_supplycost * l_quantity AS amount
		FROM part, supplier, lineitem, partsupp, orders, nation
		WHERE s_suppkey = l_suppkey AND ps_suppkey = l_suppkey AND ps_partkey = l_partkey
			AND p_partkey = l_partkey AND o_orderkey = l_orderkey AND s_nationkey = n_nationkey
			AND p_name LIKE '%green%'
	)
	GROUP BY nation, year
	ORDER BY nation, year DESC
) TO 'q9.txt' (DELIMITER '|', QUOTE '', HEADER false);

-- Returned item reporting
COPY (
	SELECT c_custkey, c_name, sum(l_extendedprice * (1 - l_discount)) AS revenue, c_acctbal, n_name,
		c_address, c_phone, c_comment
	FROM customer, orders, lineitem, nation
	WHERE c_custkey = o_custkey AND l_orderkey = o_orderkey AND c_nationkey = n_nationkey
		AND o_orderdate >= DATE '1993-10-01' AND o_orderdate < DATE '1993-10-01' + INTERVAL 3 MONTH
		AND l_returnflag = 'R'
	GROUP BY c_custkey, c_name, c_acctbal, c_phone, n_name, c_address, c_comment
	ORDER BY revenue DESC, c_custkey
	LIMIT 20
) TO 'q10.txt' (DELIMITER '|', QUOTE '', HEADER false);

-- Customer distribution
COPY (
	SELECT c_count, count(*) AS custdist
	FROM (
		SELECT c_custkey, count(o_orderkey) AS c_count
		FROM customer LEFT JOIN orders ON c_custkey = o_custkey AND o_comment NOT LIKE '%special%requests%'
		GROUP BY c_custkey
	)
	GROUP BY c_count
	ORDER BY custdist DESC, c_count DESC
) TO 'q13.txt' (DELIMITER '|', QUOTE '', HEADER false);

-- Large volume customer
COPY (
	SELECT c_name, c_custkey, o_orderkey, o_orderdate, o_totalprice, sum(l_quantity)
	FROM customer, orders, lineitem
	WHERE o_orderkey IN (SELECT l_orderkey FROM lineitem GROUP BY l_orderkey HAVING sum(l_quantity) > 280)
		AND c_custkey = o_custkey AND o_orderkey = l_orderkey
	GROUP BY c_name, c_custkey, o_orderkey, o_orderdate, o_totalprice
	ORDER BY o_totalprice DESC, o_orderdate, o_orderkey
	LIMIT 100
) TO 'q18.txt' (DELIMITER '|', QUOTE '', HEADER false);

-- Suppliers who kept orders waiting
COPY (
	SELECT s_name, count(*) AS numwait
	FROM supplier, lineitem l1, orders, nation
	WHERE s_suppkey = l1.l_suppkey AND o_orderkey = l1.l_orderkey AND o_orderstatus = 'F'
		AND l1.l_receiptdate > l1.l_commitdate
		AND EXISTS (SELECT * FROM lineitem l2
			WHERE l2.l_orderkey = l1.l_orderkey AND l2.l_suppkey <> l1.l_suppkey)
		AND NOT EXISTS (SELECT * FROM lineitem l3
			WHERE l3.l_orderkey = l1.l_orderkey AND l3.l_suppkey <> l1.l_suppkey
				AND l3.l_receiptdate > l3.l_commitdate)
		AND s_nationkey = n_nationkey AND n_name = 'SAUDI ARABIA'
	GROUP BY s_name
	ORDER BY numwait DESC, s_name
	LIMIT 100
) TO 'q21.txt' (DELIMITER '|', QUOTE '', HEADER false);
