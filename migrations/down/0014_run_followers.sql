DROP TABLE `run_followers`;
