DROP TABLE `budget_notices`;
