DROP INDEX `deployments_export`;
