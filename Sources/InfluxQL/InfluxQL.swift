// InfluxQL
