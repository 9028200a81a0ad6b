"""Passwords that everybody tries: digits, keys beside each other, what products are shipped with, and phrases.

Chosen by hand for servers in this country, the likeliest first; what an organisation knows better goes into a file of
its own.
"""

COMMON: tuple[str, ...] = (
    # what is set for the time being, and stays
    *("123456", "admin", "password", "12345678", "123456789", "root", "1234", "12345", "111111", "000000", "888888"),
    *("admin123", "Admin123", "admin@123", "Admin@123", "admin@1234", "Admin@1234", "admin123456", "Admin@123456"),
    *("root123", "root@123", "Root@123", "root1234", "root@1234", "Root@1234", "root123456", "toor", "rootroot"),
    *("P@ssw0rd", "p@ssw0rd", "Passw0rd", "passw0rd", "P@ssword", "Password", "Password1", "password1", "password123"),
    *(
        "Password123",
        "Password@123",
        "P@ssw0rd1",
        "P@ssw0rd123",
        "P@ssw0rd!",
        "Passw0rd!",
        "P@55w0rd",
        "pass",
        "passwd",
    ),
    *("Aa123456", "aA123456", "Aa123456!", "Aa123456@", "Aa@123456", "Aa12345678", "aa123456", "a123456", "A123456"),
    *("a12345678", "Abc123", "abc123", "Abc@123", "abc@123", "Abc123!", "Abc123456", "abc123456", "Abc@123456"),
    *("Abcd1234", "abcd1234", "Abcd@1234", "Abcd123!", "abc12345", "abc1234", "abcdef", "abcd1234!", "Abc12345!"),
    # digits
    *("0", "1", "123", "123123", "123321", "654321", "87654321", "987654321", "1234567", "1234567890", "0123456789"),
    *("112233", "121212", "222222", "333333", "555555", "666666", "777777", "999999", "66666666", "88888888"),
    *("00000000", "11111111", "11223344", "123123123", "147258369", "147258", "159357", "789456123", "741852963"),
    *("5201314", "1314520", "520520", "100200", "123654", "110110", "10086", "10010", "95588", "147852", "963852741"),
    # keys beside each other
    *("qwerty", "qwertyuiop", "qwe123", "qwer1234", "qweasd", "qweasdzxc", "qwe123!@#", "qwer1234!", "Qwer1234"),
    *("Qwer@1234", "1qaz2wsx", "1qaz@WSX", "1qaz!QAZ", "1QAZ2wsx", "1qaz2wsx3edc", "1qaz@WSX3edc", "!QAZ2wsx"),
    *("!QAZ@WSX", "2wsx#EDC", "zaq12wsx", "ZAQ!2wsx", "1q2w3e", "1q2w3e4r", "1q2w3e4r5t", "1Q2w3e4r", "1q2w3e4r!"),
    *("q1w2e3r4", "asdfgh", "asdf1234", "asd123", "asdfghjkl", "zxcvbn", "zxcvbnm", "zxc123", "zxcvbnm123", "qazwsx"),
    *("qazwsxedc", "qaz123", "Qaz123", "Qaz@123", "qaz@123", "123qwe", "123QWE", "123qwe!@#", "123qweasd", "123qwe!"),
    *("123!@#qwe", "!@#123qwe", "!@#$%^", "!@#$%^&*", "!@#$1234", "1234!@#$", "123!@#", "1234qwer", "1234QWER"),
    *("1234qwer!@#$", "1234.com", "123.com", "qq123456", "Qq123456", "w123456", "z123456", "q123456", "abc.123"),
    # what products and their manuals begin with
    *("changeme", "Changeme", "ChangeMe", "changeme123", "Changeme123", "Changeme_123", "Changeme@123", "changeit"),
    *("default", "Default@123", "Huawei123", "Huawei@123", "huawei@123", "Huawei12#$", "Admin@9000", "Admin@huawei"),
    *("h3c", "H3c@123", "admin@h3c", "inspur", "Inspur@123", "Inspur123", "lenovo", "Lenovo@123", "zte", "Zte@123"),
    *("sangfor", "Sangfor@123", "Sugon@123", "admin@sugon", "openEuler12#$", "openEuler@123", "Kylin123123"),
    *("kylin@123", "Kylin@123", "uos@123", "deepin", "oracle", "Oracle123", "Oracle@123", "oracle123", "manager"),
    *("SYSDBA", "SYSDBA001", "Dameng123", "Dameng@123", "Kingbase@123", "Gauss@123", "Gaussdb@123", "gaussdb"),
    *("mysql", "mysql123", "Mysql@123", "postgres", "postgres123", "Postgres@123", "redis", "redis123", "tomcat"),
    *("tomcat123", "s3cret", "nginx", "weblogic", "weblogic123", "Weblogic@123", "zabbix", "Zabbix@123", "nagios"),
    *("jenkins", "hadoop", "Hadoop@123", "elastic", "docker", "ansible", "vagrant", "ubuntu", "centos", "debian"),
    *("calvin", "superuser", "supervisor", "public", "private", "ftp", "anonymous", "guest", "user", "user123"),
    *("test", "test123", "Test123", "Test@123", "test1234", "testtest", "temp", "temp123", "demo", "demo123", "dev123"),
    *(
        "server",
        "Server@123",
        "server123",
        "linux",
        "Linux@123",
        "linux123",
        "system",
        "System@123",
        "master",
        "secret",
    ),
    # phrases
    *("woaini", "woaini1314", "woaini520", "woaini123", "wodemima", "nihao", "nihao123", "nihao@123", "iloveyou"),
    *("love1314", "a5201314", "zhongguo", "Zhongguo@123", "china", "China@123", "china123", "beijing", "Beijing2008"),
    *("mima", "mima123", "mima@123", "guanli", "guanliyuan", "caiwu123", "xinxi123", "xxzx@123", "Xxzx@123", "wlzx123"),
    *("welcome", "Welcome1", "Welcome123", "Welcome@123", "welcome123", "letmein", "hello", "hello123", "Hello@123"),
    *(
        "dragon",
        "monkey",
        "football",
        "sunshine",
        "princess",
        "superman",
        "trustno1",
        "whatever",
        "computer",
        "internet",
    ),
)
