DROP INDEX `api_keys_team`;
